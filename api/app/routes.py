"""The only URL map. API paths stand below /api/v1; a row is (method, path, view)."""

from app.developers import pages as developers
from app.users import api as users
from app.utils import health

Route = tuple[str, str, object]

API: list[Route] = [
    ("GET", "/openapi.json", developers.document),
    ("GET", "/docs", developers.viewer),
    ("POST", "/user", users.create),
    ("GET", "/user", users.show),
    ("POST", "/authenticate", users.authenticate),
]

PAGES: list[Route] = [
    ("GET", "/healthz", health.alive),
    ("GET", "/readyz", health.ready),
]
