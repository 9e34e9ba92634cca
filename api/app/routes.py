"""The only URL map. API paths stand below /api/v1; a row is (method, path, view)."""

from app.applications import api as applications
from app.applications import pages as application_pages
from app.developers import pages as developers
from app.events import api as events
from app.events import messages_api as event_messages
from app.forms import api as forms
from app.forms import pages as forms_pages
from app.home import pages as home_pages
from app.organisations import api as organisations
from app.users import api as users
from app.utils import health

Route = tuple[str, str, object]

API: list[Route] = [
    ("GET", "/openapi.json", developers.document),
    ("GET", "/docs", developers.viewer),
    ("POST", "/user", users.create),
    ("GET", "/user", users.show),
    ("POST", "/authenticate", users.authenticate),
    ("GET", "/organisations", organisations.list_mine),
    ("POST", "/organisations", organisations.create),
    ("GET", "/organisations/<organisation_key>", organisations.show),
    ("PATCH", "/organisations/<organisation_key>", organisations.edit),
    ("GET", "/organisations/<organisation_key>/members", organisations.list_members),
    ("PATCH", "/organisations/<organisation_key>/members/<int:member_id>", organisations.change_member),
    ("DELETE", "/organisations/<organisation_key>/members/<int:member_id>", organisations.remove_member),
    ("GET", "/organisations/<organisation_key>/invitations", organisations.list_invitations),
    ("POST", "/organisations/<organisation_key>/invitations", organisations.invite),
    (
        "POST",
        "/organisations/<organisation_key>/invitations/<int:invitation_id>/resend",
        organisations.resend_invitation,
    ),
    (
        "DELETE",
        "/organisations/<organisation_key>/invitations/<int:invitation_id>",
        organisations.withdraw_invitation,
    ),
    ("POST", "/join", organisations.join),
    ("GET", "/organisations/<organisation_key>/history", events.show_organisation_history),
    ("GET", "/organisations/<organisation_key>/events", events.list_of_organisation),
    ("POST", "/organisations/<organisation_key>/events", events.create),
    ("GET", "/events", events.list_published),
    ("GET", "/events/<event_key>", events.show),
    ("PATCH", "/events/<event_key>", events.edit),
    ("POST", "/events/<event_key>/state", events.move),
    ("GET", "/events/<event_key>/people", events.list_people),
    ("DELETE", "/events/<event_key>/people/<int:role_id>", events.remove_role),
    ("GET", "/events/<event_key>/role-invitations", events.list_invitations),
    ("POST", "/events/<event_key>/role-invitations", events.invite),
    ("POST", "/events/<event_key>/role-invitations/<int:invitation_id>/resend", events.resend_invitation),
    ("DELETE", "/events/<event_key>/role-invitations/<int:invitation_id>", events.withdraw_invitation),
    ("POST", "/events/<event_key>/join", events.join),
    ("GET", "/events/<event_key>/history", events.show_history),
    ("GET", "/events/<event_key>/message-templates", event_messages.list_templates),
    ("GET", "/events/<event_key>/message-templates/<name>/<language>", event_messages.show_template),
    ("PUT", "/events/<event_key>/message-templates/<name>/<language>", event_messages.save_template),
    ("DELETE", "/events/<event_key>/message-templates/<name>/<language>", event_messages.reset_template),
    ("POST", "/events/<event_key>/message-templates/<name>/<language>/preview", event_messages.preview),
    ("GET", "/events/<event_key>/messages", event_messages.list_messages),
    ("GET", "/form-library", forms.library),
    ("GET", "/form-schema", forms.schema),
    ("GET", "/events/<event_key>/forms", forms.index),
    ("POST", "/events/<event_key>/forms", forms.create),
    ("GET", "/events/<event_key>/forms/<int:form_id>", forms.show),
    ("PUT", "/events/<event_key>/forms/<int:form_id>/draft", forms.put_draft),
    ("DELETE", "/events/<event_key>/forms/<int:form_id>/draft", forms.discard_draft),
    ("POST", "/events/<event_key>/forms/<int:form_id>/validate", forms.validate),
    ("GET", "/events/<event_key>/forms/<int:form_id>/consequences", forms.foresee),
    ("POST", "/events/<event_key>/forms/<int:form_id>/publish", forms.publish),
    ("GET", "/events/<event_key>/forms/<int:form_id>/versions/<int:number>/document", forms.document),
    ("POST", "/events/<event_key>/applications", applications.start),
    ("GET", "/events/<event_key>/applications/mine", applications.show),
    ("PATCH", "/events/<event_key>/applications/mine/answers", applications.save),
    ("POST", "/events/<event_key>/applications/mine/submission", applications.submit),
    ("DELETE", "/events/<event_key>/applications/mine/submission", applications.withdraw),
    ("POST", "/events/<event_key>/applications/mine/draft", applications.begin_changes),
    ("DELETE", "/events/<event_key>/applications/mine/draft", applications.discard_changes),
    ("GET", "/events/<event_key>/applications/mine/history", applications.history),
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
    ("GET", "/home", home_pages.show),
    ("GET", "/events/<event_key>/apply", application_pages.overview),
    ("POST", "/events/<event_key>/apply", application_pages.start),
    ("GET", "/events/<event_key>/apply/sections/<section_key>", application_pages.section),
    ("POST", "/events/<event_key>/apply/sections/<section_key>", application_pages.save_section),
    ("POST", "/events/<event_key>/apply/answers", application_pages.autosave),
    ("GET", "/events/<event_key>/apply/check", application_pages.check),
    ("POST", "/events/<event_key>/apply/check", application_pages.submit),
    ("GET", "/events/<event_key>/apply/receipt", application_pages.receipt),
    ("POST", "/events/<event_key>/apply/change", application_pages.begin_changes),
    ("POST", "/events/<event_key>/apply/discard", application_pages.discard_changes),
    ("GET", "/events/<event_key>/apply/withdraw", application_pages.ask_to_withdraw),
    ("POST", "/events/<event_key>/apply/withdraw", application_pages.withdraw),
]
