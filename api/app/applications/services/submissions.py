"""Submitting, taking back, and what has been submitted so far."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from sqlalchemy import func, select, update

from app.applications.models import Application, ApplicationState, ApplicationSubmission
from app.applications.policies import VERIFY_WITHIN
from app.applications.services.drafts import get_own, lock_own, require_changeable
from app.applications.services.listing import describe
from app.audit.services import list_lines, record
from app.emails.services import queue
from app.events.models import Event, PhaseKind
from app.events.policies import find_phase
from app.forms import services as forms
from app.forms.engine import CompiledForm, display
from app.forms.models import FormVersion, Response
from app.users.models import User
from app.utils.database import db
from app.utils.errors import Conflict
from app.utils.i18n import _, lazy_gettext
from app.utils.links import public_link
from app.utils.time import now


class NotSubmitted(Conflict):
    """There is nothing submitted to take back, or no draft to submit."""

    code = "not-submitted"
    title = lazy_gettext("Nothing is submitted")


def submit(actor: User, event: Event, *, revision: int | None = None) -> Application:
    """Check the whole draft and make it what counts; the receipt goes out by mail. Every submitted version is kept.

    Pressed twice it answers the same. `revision` is the one the person looked at. Raises `NothingBegun`, `CallClosed`,
    `AlreadyDecided`, `InvalidAnswers` with everything that is wrong by question key, `StaleAnswers` when the draft
    moved on.
    """
    at = now()
    application = lock_own(actor, event)
    if application.draft_response_id is None:
        if application.state is ApplicationState.SUBMITTED:
            return application
        raise NotSubmitted(_("There is nothing to submit. Choose “Change answers” first."))
    require_changeable(application, event, at)
    draft = db.session.get_one(Response, application.draft_response_id)
    forms.submit_response(draft, revision=revision, at=at)
    _swap_in(application, actor, draft, at)
    form = forms.compiled(db.session.get_one(FormVersion, draft.form_version_id))
    describe(application, actor, form, draft.answers)
    db.session.flush()
    record(
        actor, "application.submitted", application, organisation_id=event.organisation_id, event_id=event.id
    )
    _send_receipt(application, actor, event, form, draft)
    return application


def withdraw(actor: User, event: Event) -> Application:
    """Take the submitted application back; while `policies.can_change` it can be submitted again.

    Done twice it answers the same. Raises `NothingBegun`, `NotSubmitted`.
    """
    application = lock_own(actor, event)
    if application.state is ApplicationState.DRAFT:
        raise NotSubmitted(
            _("This application is a draft. Nobody but you sees it, so nothing needs taking back.")
        )
    if application.state is ApplicationState.SUBMITTED:
        application.state = ApplicationState.WITHDRAWN
        application.withdrawn_at = now()
        db.session.flush()
        record(
            actor,
            "application.withdrawn",
            application,
            organisation_id=event.organisation_id,
            event_id=event.id,
        )
    return application


def confirm_submissions(user: User) -> None:
    """What a person submitted in the last 48 hours begins to count: the address is theirs."""
    at = now()
    db.session.execute(
        update(Application)
        .where(
            Application.user_id == user.id,
            Application.confirmed_at.is_(None),
            Application.submitted_at > at - VERIFY_WITHIN,
        )
        .values(confirmed_at=at)
    )


def list_own_submissions(actor: User, event: Event) -> Sequence[ApplicationSubmission]:
    """Every version the person submitted, oldest first, without its answers. Raises `NothingBegun`."""
    application = get_own(actor, event)
    statement = (
        select(ApplicationSubmission)
        .where(ApplicationSubmission.application_id == application.id)
        .order_by(ApplicationSubmission.number)
    )
    return db.session.scalars(statement).all()


def list_history(actor: User, event: Event) -> Sequence[Any]:
    """What happened to the application, newest first, as audit lines. Raises `NothingBegun`."""
    return list_lines(thing=get_own(actor, event), per_page=200).items


def _swap_in(application: Application, actor: User, draft: Response, at: datetime) -> None:
    made = select(func.count()).where(ApplicationSubmission.application_id == application.id)
    application.submitted_response_id = draft.id
    application.draft_response_id = None
    application.state = ApplicationState.SUBMITTED
    application.submitted_at = at
    application.first_submitted_at = application.first_submitted_at or at
    application.withdrawn_at = None
    if application.confirmed_at is None and actor.is_verified:
        application.confirmed_at = at
    number = (db.session.scalar(made) or 0) + 1
    db.session.add(
        ApplicationSubmission(
            application_id=application.id, number=number, response_id=draft.id, submitted_at=at
        )
    )


def _send_receipt(
    application: Application, actor: User, event: Event, form: CompiledForm, response: Response
) -> None:
    phase = find_phase(event, PhaseKind.APPLICATION)
    with force_locale(actor.language):
        answers = list_answers(form, response.answers, actor.language)
    queue(
        "application_receipt",
        to=actor,
        language=actor.language,
        event=event,
        name=actor.name if actor.name != actor.email else "",
        number=application.code,
        submitted=application.submitted_at,
        closes=phase.closes_at if phase else None,
        answers=answers,
        link=public_link(f"/events/{event.key}/apply"),
    )


def list_answers(form: CompiledForm, answers: Any, language: str) -> list[tuple[str, str | None]]:
    """Section titles (with None) and questions with their answers, as a person reads them."""
    lines: list[tuple[str, str | None]] = []
    for section in form.sections:
        here = [
            (question.label_in(language), display(question, answers[question.key], language))
            for question in section.questions
            if question.key in answers
        ]
        if here:
            lines += [(section.title_in(language), None), *here]
    return lines
