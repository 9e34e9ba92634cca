"""Beginning an application, coming back to it, and saving answers. The server's clock judges each at its arrival."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, cast

from sqlalchemy import Table, and_, bindparam, func, select
from sqlalchemy.orm import contains_eager

from app.applications import queries
from app.applications.models import Application, ApplicationState
from app.applications.policies import can_apply, is_decided
from app.applications.services.listing import describe
from app.audit.services import record
from app.events.models import Event, EventPhase, PhaseKind
from app.events.policies import find_phase, is_window_open, is_within
from app.forms import services as forms
from app.forms.engine import Errors, from_form
from app.forms.engine.answers import MultiDict
from app.forms.models import FormVersion, Response
from app.users.models import User
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.moments import day_and_time, last_moment, zone_words
from app.utils.time import now


class CallClosed(Conflict):
    """The event takes no applications at this moment; the sentence says since or until when."""

    code = "call-closed"
    title = lazy_gettext("Applications are closed")


class AlreadyDecided(Conflict):
    """The person has been told a decision, so the answers it was made on stay as they are."""

    code = "already-decided"
    title = lazy_gettext("There is a decision already")


class NoForm(Conflict):
    """The event has not published its application form."""

    code = "no-form"
    title = lazy_gettext("The form is not ready yet")


class AlreadyBegun(Conflict):
    """The person has an application to this event; there is one per person."""

    code = "already-begun"
    title = lazy_gettext("You have an application here already")


class NothingBegun(NotFound):
    """The person has no application to this event."""

    code = "nothing-begun"
    title = lazy_gettext("You have not begun an application")


class NothingToChange(Conflict):
    """There is no draft: the application is submitted, and changing it has not been begun."""

    code = "nothing-to-change"
    title = lazy_gettext("This application is submitted")


@dataclass(frozen=True, slots=True)
class OwnSave:
    """What became of a save: the revision that the next one builds on, and sentences about answers that were refused.

    `others` are the answers that other windows or devices changed since the revision this save built on: a page shows
    them, because its next save builds on a revision that has them.
    """

    revision: int
    errors: Errors
    others: Mapping[str, Any]
    saved_at: datetime


# Finds and locks at once: a save is the most frequent of all writes. By tables, as no objects are wanted of it.
_applications, _events, _phases = (cast(Table, model.__table__) for model in (Application, Event, EventPhase))
_DRAFT = (
    forms.LOCKED_RESPONSE.add_columns(
        _applications.c.decided_at, _events.c.state, _phases.c.opens_at, _phases.c.closes_at
    )
    .join(_applications, _applications.c.draft_response_id == cast(Table, Response.__table__).c.id)
    .join(_events, _events.c.id == _applications.c.event_id)
    .join(
        _phases,
        and_(_phases.c.event_id == _events.c.id, _phases.c.kind == PhaseKind.APPLICATION),
    )
    .where(_events.c.key == bindparam("event_key"), _applications.c.user_id == bindparam("user_id"))
)


def find_application_form(event: Event) -> FormVersion | None:
    """The published form that people fill to apply, if the event has one."""
    return forms.find_version(event)


def start(actor: User, event: Event) -> Application:
    """Begin the person's application: an empty draft. Raises `CallClosed`, `NoForm`, `AlreadyBegun`."""
    require_open(event, now())
    version = find_application_form(event)
    if version is None:
        raise NoForm(_("The organisers have not published the form yet. Please come back later."))
    if db.session.scalar(queries.select_own(actor.id, event.id).with_only_columns(Application.id)):
        raise _already_begun()
    draft = forms.start_response(version)
    draft.form_version = version
    application = Application(
        event_id=event.id, user_id=actor.id, draft=draft, submitted=None, submissions=[]
    )
    with unique_or(_already_begun()):
        application.number = _next_number(event)
        application.code = f"{event.number_prefix}-{application.number:04d}"
        describe(application, actor)
        db.session.add(application)
    record(
        actor, "application.started", application, organisation_id=event.organisation_id, event_id=event.id
    )
    return application


def find_own(actor: User, event: Event) -> Application | None:
    """The person's application to the event with draft and submitted response, or None."""
    return db.session.scalar(queries.select_own(actor.id, event.id))


def get_own(actor: User, event: Event) -> Application:
    """The person's application to the event with draft and submitted response. Raises `NothingBegun`."""
    application = find_own(actor, event)
    if application is None:
        raise _nothing_begun()
    return application


def save(
    actor: User,
    event_key: str,
    changes: Mapping[str, Any] | None = None,
    *,
    fields: MultiDict | None = None,
    base_revision: int | None = None,
    save_id: str | None = None,
    keep_good: bool = False,
) -> OwnSave:
    """Save changed answers of the person's draft; what it costs is measured, so it asks for nothing it does not need.

    `changes` are answers as JSON has them; `fields` instead are what the controls of an HTML form hold. The further
    arguments are those of `forms.services.save_answers`. Raises `NothingBegun`, `CallClosed`, `AlreadyDecided`,
    `NothingToChange`, `InvalidAnswers`, and `StaleAnswers`, whose `extra` has `others` too (see `OwnSave`).
    """
    at = now()
    row = _lock_draft(actor, event_key)
    if row is None or is_decided(row) or not is_window_open(row.state, row.opens_at, row.closes_at, at):
        _refuse_to_save(actor, event_key, at)
    sent = (
        changes
        if fields is None
        else from_form(forms.compiled_by(row.form_version_id, row.fingerprint), fields)
    )
    try:
        saved = forms.save_locked(
            row, sent or {}, base_revision=base_revision, save_id=save_id, keep_good=keep_good
        )
    except forms.StaleAnswers as stale:
        stale.extra["others"] = _changed_since(row, base_revision, stale.conflicts)
        raise
    alone = base_revision is None or saved.revision <= base_revision + bool(saved.changed)
    others = {} if alone else _changed_since(row, base_revision, sent or {})
    return OwnSave(saved.revision, saved.errors, others, at)


def _changed_since(draft: forms.Locked, revision: int | None, but: Iterable[str]) -> dict[str, Any]:
    """What other windows or devices changed after `revision`, apart from some questions: `draft` is the row before us."""
    return {
        key: draft.answers.get(key)
        for key, changed_at in draft.revisions.items()
        if changed_at > (revision or 0) and key not in but
    }


def begin_changes(actor: User, event: Event) -> Application:
    """A draft copy beside what was submitted, on the form as it is now; the one there is, if there is one.

    Raises `NothingBegun`, `CallClosed`, `AlreadyDecided`.
    """
    application = lock_own(actor, event)
    require_changeable(application, event, now())
    if application.draft_response_id is None:
        submitted = db.session.get_one(Response, application.submitted_response_id)
        copy = forms.copy_response(submitted, find_application_form(event))
        application.draft_response_id = copy.id
        db.session.flush()
        record(
            actor,
            "application.reopened",
            application,
            organisation_id=event.organisation_id,
            event_id=event.id,
        )
    return application


def discard_changes(actor: User, event: Event) -> Application:
    """Throw away the draft beside a submitted application, which stays as it is. Raises `NothingBegun`,
    `NothingToChange`; a first draft is not thrown away.
    """
    application = lock_own(actor, event)
    if application.draft_response_id is None or application.state is ApplicationState.DRAFT:
        raise _nothing_to_change()
    draft = db.session.get_one(Response, application.draft_response_id)
    application.draft_response_id = None
    db.session.flush()
    db.session.delete(draft)
    db.session.flush()
    record(
        actor,
        "application.changes_discarded",
        application,
        organisation_id=event.organisation_id,
        event_id=event.id,
    )
    return application


def lock_own(actor: User, event: Event) -> Application:
    """The person's application as it is now, locked until the end of the transaction. Raises `NothingBegun`."""
    application = db.session.scalar(queries.select_locked(actor.id, event.id))
    if application is None:
        raise _nothing_begun()
    return application


def require_open(event: Event, at: datetime) -> None:
    """Go on if the event takes applications at this instant, else raise `CallClosed`."""
    if not can_apply(event, at):
        raise _call_closed(event, find_phase(event, PhaseKind.APPLICATION), at)


def require_changeable(application: Application, event: Event, at: datetime) -> None:
    """Go on if the answers can be changed and submitted at this instant, else raise `CallClosed`, `AlreadyDecided`."""
    require_open(event, at)
    _require_undecided(application)


def _require_undecided(application: Application) -> None:
    if is_decided(application):
        raise AlreadyDecided(
            _("The organisers have decided on this application, so its answers can no longer be changed.")
        )


def _lock_draft(actor: User, event_key: str) -> forms.Locked | None:
    """The person's draft, locked, with what says whether it may change; None without a draft or without a call.

    Publishing a version while we waited for the lock hides the row once; then ask again.
    """
    asked = {"event_key": event_key, "user_id": actor.id}
    return db.session.execute(_DRAFT, asked).one_or_none() or db.session.execute(_DRAFT, asked).one_or_none()


def _refuse_to_save(actor: User, event_key: str, at: datetime) -> NoReturn:
    """Raise what keeps the person from saving: asked only then, and in the order in which one would say it."""
    statement = (
        select(Application, EventPhase)
        .join(Application.event)
        .outerjoin(Event.phases.and_(EventPhase.kind == PhaseKind.APPLICATION))
        .where(Event.key == event_key, Application.user_id == actor.id)
        .options(contains_eager(Application.event))
    )
    found = db.session.execute(statement).one_or_none()
    if found is None:
        raise _nothing_begun()
    application, phase = found
    if not is_within(application.event, phase, at):
        raise _call_closed(application.event, phase, at)
    _require_undecided(application)
    raise _nothing_to_change()


def _next_number(event: Event) -> int:
    """Numbers are given one after the other: whoever starts at the same moment waits for the other's commit."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))
    highest = select(func.max(Application.number)).where(Application.event_id == event.id)
    return (db.session.scalar(highest) or 0) + 1


def _call_closed(event: Event, phase: EventPhase | None, at: datetime) -> CallClosed:
    if phase is not None and at < phase.opens_at:
        return CallClosed(
            _(
                "Applications open on %(when)s %(zone)s.",
                when=day_and_time(phase.opens_at, event.zone),
                zone=zone_words(event.zone),
            )
        )
    if phase is not None and at >= phase.closes_at:
        return CallClosed(
            _(
                "Applications closed on %(when)s %(zone)s. Nothing can be changed any more.",
                when=last_moment(phase.closes_at, event.zone),
                zone=zone_words(event.zone),
            )
        )
    return CallClosed(_("This event does not take applications now."))


def _already_begun() -> AlreadyBegun:
    return AlreadyBegun(_("You have an application to this event. Go on with that one."))


def _nothing_begun() -> NothingBegun:
    return NothingBegun(_("You have no application to this event yet. Begin one on the event's page."))


def _nothing_to_change() -> NothingToChange:
    return NothingToChange(_("There is no draft to work on. Choose “Change answers” first."))
