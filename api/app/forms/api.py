"""Forms: the JSON door for organisers."""

from collections.abc import Iterable
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from app.events.services import get_event
from app.forms import schemas, services
from app.forms.engine import Question, document_schema
from app.forms.models import Form
from app.utils.http import current_user, endpoint


@endpoint(returns=schemas.FormOut, many=True)
def index(event_key: str) -> Iterable[Form]:
    """The event's forms"""
    actor = current_user()
    return services.list_forms(actor, get_event(actor, event_key))


@endpoint(body=schemas.FormIn, returns=schemas.FormOut, status=201, raises=(services.FormExists,))
def create(event_key: str, body: schemas.FormIn) -> Form:
    """Begin a form"""
    actor = current_user()
    return services.create_form(actor, get_event(actor, event_key), purpose=body.purpose, name=body.name)


@endpoint(returns=schemas.FormDetailOut)
def show(event_key: str, form_id: int) -> dict[str, Any]:
    """A form and its versions"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = services.get_form(actor, event, form_id)
    lines = services.list_versions(actor, event, form)
    versions = [
        {
            "number": line.version.number,
            "revision": line.version.revision,
            "published_at": line.version.published_at,
            "drafts": line.drafts,
            "submitted": line.submitted,
        }
        for line in lines
    ]
    return {**schemas.FormOut.model_validate(form).model_dump(), "versions": versions}


@endpoint(
    body=schemas.DocumentIn,
    returns=schemas.DraftOut,
    raises=(services.InvalidDocument, services.DraftChanged),
)
def put_draft(event_key: str, form_id: int, body: schemas.DocumentIn) -> Any:
    """Put the draft version"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = services.get_form(actor, event, form_id)
    return services.put_document(actor, event, form, body.document, revision=body.revision)


@endpoint()
def discard_draft(event_key: str, form_id: int) -> None:
    """Throw the draft version away"""
    actor = current_user()
    event = get_event(actor, event_key)
    services.discard_draft(actor, event, services.get_form(actor, event, form_id))


@endpoint(body=schemas.DocumentIn, returns=schemas.ReportOut)
def validate(event_key: str, form_id: int, body: schemas.DocumentIn) -> services.Report:
    """Judge a document without saving it"""
    actor = current_user()
    event = get_event(actor, event_key)
    services.get_form(actor, event, form_id)
    return services.validate(actor, event, body.document)


@endpoint(returns=schemas.ConsequencesOut)
def foresee(event_key: str, form_id: int) -> dict[str, Any]:
    """What publishing the draft would do"""
    actor = current_user()
    event = get_event(actor, event_key)
    found = services.foresee(actor, event, services.get_form(actor, event, form_id))

    def line(question: Question, changes: Iterable[str]) -> dict[str, Any]:
        drafts, submitted = found.answered.get(question.key, (0, 0))
        return {"key": question.key, "changes": list(changes), "drafts": drafts, "submitted": submitted}

    return {
        "drafts": found.drafts,
        "submitted": found.submitted,
        "added": [question.key for question in found.comparison.added],
        "removed": [line(question, ["removed"]) for question in found.comparison.removed],
        "changed": [line(each.question, each.changes) for each in found.comparison.changed],
    }


@endpoint(
    body=schemas.PublishIn,
    returns=schemas.PublishedOut,
    raises=(services.NothingToPublish, services.DraftChanged),
)
def publish(event_key: str, form_id: int, body: schemas.PublishIn) -> dict[str, int]:
    """Publish the draft version"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = services.get_form(actor, event, form_id)
    version, moved = services.publish(actor, event, form, number=body.number, revision=body.revision)
    return {"number": version.number, "moved_drafts": moved}


@endpoint(media="application/json")
def document(event_key: str, form_id: int, number: int) -> Response:
    """The document of a version"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = services.get_form(actor, event, form_id)
    return jsonify(services.export_document(actor, event, form, number))


@endpoint(returns=schemas.LibraryOut, many=True)
def list_library() -> list[dict[str, Any]]:
    """Forms that ship with the system"""
    return [{"key": key, "document": document} for key, document in services.list_library()]


@endpoint(media="application/json", public=True)
def schema() -> Response:
    """The JSON Schema of form documents"""
    return jsonify(document_schema())
