"""Drafting verdicts, and releasing them all in one act."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, joinedload

from app.applications import services as applications
from app.applications.models import Application, ApplicationState
from app.applications.policies import is_decided
from app.audit.services import record
from app.decisions.models import Decision, Release, Verdict
from app.decisions.policies import can_decide, can_read_decisions, is_decidable
from app.emails import services as emails
from app.emails.services import Recipient
from app.events.models import Event
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import Conflict, NotFound, Stale
from app.utils.i18n import _, lazy_gettext
from app.utils.links import public_link
from app.utils.time import now

MESSAGES = {
    Verdict.ACCEPT: "decision_accepted",
    Verdict.WAITLIST: "decision_waitlisted",
    Verdict.REJECT: "decision_rejected",
}


class NothingToRelease(Conflict):
    """There is no draft, so a release would tell nobody anything."""

    code = "nothing-to-release"
    title = lazy_gettext("There is nothing to release")


class DraftsChanged(Stale):
    """The drafts are not those that were confirmed."""

    code = "drafts-changed"
    title = lazy_gettext("The drafts have changed meanwhile")


@dataclass(frozen=True)
class Drafted:
    """What a bulk act did: how many were `changed`, and the codes of those `skipped` because they are not decidable."""

    changed: int
    skipped: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """What a release would do: how many drafts, by verdict and by the language of the message.

    `newest` tells one set of drafts from another: each change of a draft makes a newer one.
    """

    total: int
    newest: int | None
    verdicts: dict[Verdict, int]
    languages: dict[str, int]


def draft(
    actor: User, event: Event, *, numbers: Sequence[int], verdict: Verdict | None, rank: int | None = None
) -> Drafted:
    """Draft `verdict` for the applications with these numbers; None takes their drafts back.

    Those that do not count (unsubmitted, withdrawn, not verified) are skipped and named. A waitlist keeps the order
    given, behind those who wait already, unless `rank` (from 1) says where a single one stands. Raises `NotFound` for
    a number that is not there.
    """
    require(can_decide(actor, event))
    found = _lock_applications(event, numbers)
    decidable = [each for each in found if is_decidable(each)]
    ids = [application.id for application in decidable]
    db.session.execute(
        delete(Decision).where(
            Decision.event_id == event.id, Decision.application_id.in_(ids), Decision.release_id.is_(None)
        )
    )
    if verdict is not None and ids:
        db.session.execute(insert(Decision), _rows(actor, event, ids, verdict, rank))
    for application in decidable:
        record(actor, "decision.drafted", application, event_id=event.id, fields=("verdict",))
    return Drafted(len(ids), [each.code for each in found if each not in decidable])


def preview(actor: User, event: Event) -> Preview:
    """What a release would do now."""
    require(can_read_decisions(actor, event))
    rows = db.session.execute(
        select(Decision.verdict, User.language, func.count(), func.max(Decision.id))
        .join(Application, Application.id == Decision.application_id)
        .join(User, User.id == Application.user_id)
        .where(*_releasable(event))
        .group_by(Decision.verdict, User.language)
    )
    verdicts: dict[Verdict, int] = {}
    languages: dict[str, int] = {}
    newest = None
    for verdict, language, number, last in rows:
        newest = max(newest or 0, last)
        verdicts[verdict] = verdicts.get(verdict, 0) + number
        languages[language] = languages.get(language, 0) + number
    return Preview(sum(verdicts.values()), newest, verdicts, languages)


def release(actor: User, event: Event, *, expected: int, newest: int | None = None) -> Release:
    """Show all drafts to their applicants and mail each of them once.

    `expected` and `newest` are the number and the newest draft of the preview that the person confirmed. Raises
    `NothingToRelease`, or `DraftsChanged` when they are others by now: two people who press the button together release
    once, and nobody releases a verdict that was changed behind their back.
    """
    require(can_decide(actor, event))
    decisions = _lock_drafts(event)
    if not decisions:
        raise NothingToRelease(
            _("No decision is drafted. Draft decisions on the list of applications first.")
        )
    if len(decisions) != expected:
        raise DraftsChanged(
            _(
                "You confirmed %(expected)s decisions, and now there are %(found)s. Look again, then release.",
                expected=expected,
                found=len(decisions),
            )
        )
    if newest is not None and max(decision.id for decision in decisions) != newest:
        raise DraftsChanged(_("Somebody changed a decision meanwhile. Look again, then release."))
    act = Release(
        event_id=event.id,
        released_by_id=actor.id,
        released_at=now(),
        counts=dict(Counter(decision.verdict.value for decision in decisions)),
    )
    db.session.add(act)
    db.session.flush()
    ids = [decision.id for decision in decisions]
    db.session.execute(update(Decision).where(Decision.id.in_(ids)).values(release_id=act.id))
    first = [decision.application_id for decision in decisions if not is_decided(decision.application)]
    db.session.execute(
        update(Application).where(Application.id.in_(first)).values(decided_at=act.released_at)
    )
    for verdict, template in MESSAGES.items():
        recipients = [_recipient(event, each) for each in decisions if each.verdict is verdict]
        emails.queue_many(template, recipients, event=event)
    record(actor, "decisions.released", act, organisation_id=event.organisation_id, event_id=event.id)
    return act


def list_releases(actor: User, event: Event) -> list[Release]:
    """The releases of the event, newest first."""
    require(can_read_decisions(actor, event))
    return list(db.session.scalars(select(Release).filter_by(event_id=event.id).order_by(Release.id.desc())))


def find_released(application: Application) -> Decision | None:
    """What the applicant may see: the last released decision, with its release."""
    return db.session.scalar(
        select(Decision)
        .where(Decision.application_id == application.id, Decision.release_id.is_not(None))
        .options(joinedload(Decision.release))
        .order_by(Decision.id.desc())
        .limit(1)
    )


def find_released_many(applications: Iterable[Application]) -> dict[int, Decision]:
    """The same for many applications in one statement, by the application's id."""
    statement = (
        select(Decision)
        .where(
            Decision.application_id.in_([each.id for each in applications]), Decision.release_id.is_not(None)
        )
        .options(joinedload(Decision.release))
        .ext(distinct_on(Decision.application_id))
        .order_by(Decision.application_id, Decision.id.desc())
    )
    return {decision.application_id: decision for decision in db.session.scalars(statement)}


def find_own(actor: User, event: Event) -> Decision | None:
    """What the person may see of their own application; nothing of one that they took back. Raises `NothingBegun`."""
    application = applications.get_own(actor, event)
    return find_released(application) if application.state is ApplicationState.SUBMITTED else None


def find_draft(actor: User, event: Event, application: Application) -> Decision | None:
    """The draft about one application, for organisers and viewers."""
    require(can_read_decisions(actor, event))
    return db.session.scalar(
        select(Decision).where(
            Decision.event_id == event.id,
            Decision.application_id == application.id,
            Decision.release_id.is_(None),
        )
    )


def _lock_applications(event: Event, numbers: Sequence[int]) -> list[Application]:
    """The applications in the order of `numbers`, locked in the order of their ids, so that no two acts wait in a ring."""
    wanted = list(dict.fromkeys(numbers))
    found = db.session.scalars(
        select(Application)
        .where(Application.event_id == event.id, Application.number.in_(wanted))
        .order_by(Application.id)
        .with_for_update(of=Application)
    )
    by_number = {application.number: application for application in found}
    missing = [number for number in wanted if number not in by_number]
    if missing:
        raise NotFound(_("There is no application with the number %(number)s here.", number=missing[0]))
    return [by_number[number] for number in wanted]


def _rows(
    actor: User, event: Event, ids: Sequence[int], verdict: Verdict, rank: int | None
) -> list[dict[str, Any]]:
    first = rank or _last_rank(event) + 1
    ranked = verdict is Verdict.WAITLIST
    return [
        {
            "event_id": event.id,
            "application_id": application_id,
            "verdict": verdict,
            "waitlist_rank": first + place if ranked else None,
            "drafted_by_id": actor.id,
            "drafted_at": now(),
        }
        for place, application_id in enumerate(ids)
    ]


def _last_rank(event: Event) -> int:
    return (
        db.session.scalar(select(func.max(Decision.waitlist_rank)).where(Decision.event_id == event.id)) or 0
    )


def _releasable(event: Event) -> tuple[ColumnElement[bool], ...]:
    """Drafts about applications that still stand: who withdrew meanwhile is told nothing."""
    return (
        Decision.event_id == event.id,
        Decision.release_id.is_(None),
        Application.state == ApplicationState.SUBMITTED,
        Application.confirmed_at.is_not(None),
    )


def _lock_drafts(event: Event) -> Sequence[Decision]:
    """The drafts to release. Applications are locked first and in the order of their ids, as drafting does it."""
    applications = db.session.scalars(
        select(Application.id)
        .join(Decision, Decision.application_id == Application.id)
        .where(*_releasable(event))
        .order_by(Application.id)
        .with_for_update(of=Application)
    ).all()
    return db.session.scalars(
        select(Decision)
        .join(Decision.application)
        .options(contains_eager(Decision.application).joinedload(Application.user))
        .where(*_releasable(event), Decision.application_id.in_(applications))
        .order_by(Decision.id)
        .with_for_update(of=Decision)
    ).all()


def _recipient(event: Event, decision: Decision) -> Recipient:
    application = decision.application
    link = public_link(f"/events/{event.key}/apply")
    context = {"name": application.user.name, "number": application.code, "link": link, "note": ""}
    return Recipient(application.user, application.user.language, context)
