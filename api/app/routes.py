"""The only URL map. API paths stand below /api/v1; a row is (method, path, view)."""

from app.developers import pages as developers
from app.forms import api as forms
from app.forms import pages as forms_pages
from app.users import api as users
from app.utils import health

Route = tuple[str, str, object]

API: list[Route] = [
    ("GET", "/openapi.json", developers.document),
    ("GET", "/docs", developers.viewer),
    ("POST", "/user", users.create),
    ("GET", "/user", users.show),
    ("POST", "/authenticate", users.authenticate),
    ("GET", "/form-library", forms.library),
    ("GET", "/events/<event_key>/forms", forms.index),
    ("POST", "/events/<event_key>/forms", forms.create),
    ("GET", "/events/<event_key>/forms/<int:form_id>", forms.show),
    ("PUT", "/events/<event_key>/forms/<int:form_id>/draft", forms.put_draft),
    ("DELETE", "/events/<event_key>/forms/<int:form_id>/draft", forms.discard_draft),
    ("POST", "/events/<event_key>/forms/<int:form_id>/validate", forms.validate),
    ("GET", "/events/<event_key>/forms/<int:form_id>/consequences", forms.foresee),
    ("POST", "/events/<event_key>/forms/<int:form_id>/publish", forms.publish),
    ("GET", "/events/<event_key>/forms/<int:form_id>/versions/<int:number>/document", forms.document),
]

PAGES: list[Route] = [
    ("GET", "/healthz", health.alive),
    ("GET", "/readyz", health.ready),
    ("GET", "/events/<event_key>/form", forms_pages.show),
    ("GET", "/events/<event_key>/form/edit", forms_pages.edit),
    ("POST", "/events/<event_key>/form/edit", forms_pages.save),
    ("GET", "/events/<event_key>/form/publish", forms_pages.confirm),
    ("POST", "/events/<event_key>/form/publish", forms_pages.publish),
    ("POST", "/events/<event_key>/form/discard", forms_pages.discard),
    ("GET", "/events/<event_key>/form/download", forms_pages.download),
    ("GET", "/events/<event_key>/form/preview", forms_pages.preview),
]
