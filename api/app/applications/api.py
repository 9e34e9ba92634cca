"""One's own application: the JSON door."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from app.applications import services
from app.applications.models import Application
from app.applications.policies import counts, verify_by
from app.applications.schemas import AnswersIn, HistoryOut, OwnApplicationOut, SavedOut, SectionOut
from app.events.services import get_event
from app.forms import services as forms
from app.utils.errors import Invalid
from app.utils.http import current_user, endpoint
from app.utils.i18n import _

REFUSALS = (services.NothingBegun, services.CallClosed, services.AlreadyDecided)


@endpoint(
    returns=OwnApplicationOut,
    status=201,
    raises=(services.AlreadyBegun, services.CallClosed, services.NoForm),
)
def start(event_key: str) -> Response:
    """Begin your application"""
    event = get_event(current_user(), event_key)
    return _answer(services.start(current_user(), event), status=201)


@endpoint(returns=OwnApplicationOut, raises=(services.NothingBegun,))
def show(event_key: str) -> Response:
    """Your application"""
    return _answer(services.get_own(current_user(), get_event(current_user(), event_key)))


@endpoint(
    body=AnswersIn,
    returns=SavedOut,
    raises=(*REFUSALS, services.NothingToChange, forms.InvalidAnswers, forms.StaleAnswers),
)
def save(event_key: str, body: AnswersIn) -> Response:
    """Save answers of your draft

    `If-Match` names the revision that the changes build on. Changes of different questions merge; the same question
    changed elsewhere since then is refused with 412 and both answers.
    """
    saved = services.save(
        current_user(), event_key, body.answers, base_revision=_read_if_match(), save_id=body.save_id
    )
    return _with_etag(SavedOut.model_validate(saved), saved.revision)


@endpoint(
    returns=OwnApplicationOut,
    raises=(*REFUSALS, services.NotSubmitted, forms.InvalidAnswers, forms.StaleAnswers),
)
def submit(event_key: str) -> Response:
    """Submit your application

    With `If-Match` it is refused with 412 when the draft is no longer the one you looked at. Sent twice it answers the
    same.
    """
    event = get_event(current_user(), event_key)
    services.submit(current_user(), event, revision=_read_if_match())
    return _answer(services.get_own(current_user(), event))


@endpoint(returns=OwnApplicationOut, raises=(services.NothingBegun, services.NotSubmitted))
def withdraw(event_key: str) -> Response:
    """Withdraw your application"""
    event = get_event(current_user(), event_key)
    services.withdraw(current_user(), event)
    return _answer(services.get_own(current_user(), event))


@endpoint(returns=OwnApplicationOut, raises=REFUSALS)
def begin_changes(event_key: str) -> Response:
    """Begin to change what you submitted

    Makes a draft beside it; what you submitted counts until you submit the draft.
    """
    event = get_event(current_user(), event_key)
    services.begin_changes(current_user(), event)
    return _answer(services.get_own(current_user(), event))


@endpoint(returns=OwnApplicationOut, raises=(services.NothingBegun, services.NothingToChange))
def discard_changes(event_key: str) -> Response:
    """Throw away the draft beside what you submitted"""
    event = get_event(current_user(), event_key)
    services.discard_changes(current_user(), event)
    return _answer(services.get_own(current_user(), event))


@endpoint(returns=HistoryOut, many=True, raises=(services.NothingBegun,))
def history(event_key: str) -> Sequence[Any]:
    """What happened to your application, newest first"""
    return services.list_history(current_user(), get_event(current_user(), event_key))


def _answer(application: Application, *, status: int = 200) -> Response:
    response = application.draft or application.submitted
    assert response is not None  # noqa: S101  # the database's own checks see to it
    form, result = forms.read_response(response)
    draft = application.draft
    body = OwnApplicationOut(
        number=application.code,
        state=application.state,
        has_draft=draft is not None,
        revision=draft.revision if draft else None,
        form_version=response.form_version.number,
        answers={key: value for key, value in response.answers.items() if key in form.questions},
        errors=result.errors,
        sections=[SectionOut.model_validate(each) for each in result.progress],
        first_submitted_at=application.first_submitted_at,
        submitted_at=application.submitted_at,
        withdrawn_at=application.withdrawn_at,
        counts=counts(application),
        verify_by=verify_by(application),
    )
    return _with_etag(body, body.revision, status)


def _with_etag(body: SavedOut | OwnApplicationOut, revision: int | None, status: int = 200) -> Response:
    response = Response(body.model_dump_json(), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if revision is not None:
        response.set_etag(str(revision))
    return response


def _read_if_match() -> int | None:
    """The revision in `If-Match`, or None without the header. Raises `Invalid` for anything but one of our ETags."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    revision = header.removeprefix("W/").strip('"')
    if not revision.isdecimal() or len(revision) > 9:
        sentence = _('Send the draft\'s revision, as its ETag says it: If-Match: "3".')
        raise Invalid(sentence, errors={"If-Match": [sentence]})
    return int(revision)
