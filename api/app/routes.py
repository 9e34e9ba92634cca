"""The only URL map. API paths stand below /api/v1; a row is (method, path, view)."""

from app.users import api as users

Route = tuple[str, str, object]

API: list[Route] = [
    ("POST", "/user", users.create),
    ("GET", "/user", users.show),
    ("POST", "/authenticate", users.authenticate),
]

PAGES: list[Route] = []
