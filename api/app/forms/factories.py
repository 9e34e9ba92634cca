"""Forms, versions and responses, for tests and for the demonstration. Factories flush; who calls them commits."""

from typing import Any

from app.events.models import Event
from app.forms.models import Form, FormPurpose, FormVersion, Response
from app.forms.services.compiling import fingerprint
from app.forms.services.ready_forms import get_from_library
from app.utils.database import db
from app.utils.time import now


def make_question(key: str, kind: str = "short_text", **rest: Any) -> dict[str, Any]:
    """A question of a document, in English."""
    question = {"key": key, "type": kind, "label": {"en": key.replace("_", " ").capitalize()}, **rest}
    if kind in ("single_choice", "multiple_choice") and "options" not in rest:
        question["options"] = [{"value": each, "label": {"en": each.upper()}} for each in ("a", "b", "c")]
    if kind == "information":
        question["text"] = {"en": "Read *this*."}
    return question


def make_document(*questions: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A valid document of one section with these questions; two short texts, the first required, without any."""
    asked = questions or (make_question("name", required=True), make_question("town"))
    section = {"key": "only", "title": {"en": "Only section"}, "questions": list(asked)}
    return {"format": 1, "languages": ["en"], "title": {"en": "A form"}, "sections": [section], **rest}


def make_form(event: Event, **overrides: Any) -> Form:
    """An application form of `event`, without versions."""
    form = Form(
        **{"event_id": event.id, "purpose": FormPurpose.APPLICATION, "name": "Application", **overrides}
    )
    db.session.add(form)
    db.session.flush()
    return form


def make_version(
    form: Form, document: dict[str, Any] | None = None, *, published: bool = True, number: int = 1
) -> FormVersion:
    """A version of `form`: the summer school's questions unless `document` says otherwise."""
    document = document or get_from_library("summer_school")
    version = FormVersion(
        form_id=form.id,
        number=number,
        document=document,
        fingerprint=fingerprint(document),
        published_at=now() if published else None,
    )
    db.session.add(version)
    db.session.flush()
    return version


def make_response(
    form: Form, version: FormVersion, answers: dict[str, Any] | None = None, **overrides: Any
) -> Response:
    """A draft response to `version`."""
    response = Response(
        event_id=form.event_id, form_version_id=version.id, answers=answers or {}, **overrides
    )
    db.session.add(response)
    db.session.flush()
    return response
