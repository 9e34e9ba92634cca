"""Publishing, cancelling, archiving."""

from sqlalchemy import func, select

from app.audit import services as audit
from app.emails import services as emails
from app.events.models import Event, EventRole, EventState
from app.events.policies import can_organise
from app.events.signals import event_cancelled
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import Conflict
from app.utils.i18n import _, lazy_gettext
from app.utils.time import now

ACTIONS = {
    EventState.PUBLISHED: "event.published",
    EventState.UNLISTED: "event.unlisted",
    EventState.CANCELLED: "event.cancelled",
    EventState.ARCHIVED: "event.archived",
}
WAYS: dict[EventState, tuple[EventState, ...]] = {
    EventState.DRAFT: (EventState.PUBLISHED, EventState.UNLISTED, EventState.ARCHIVED),
    EventState.PUBLISHED: (EventState.UNLISTED, EventState.CANCELLED, EventState.ARCHIVED),
    EventState.UNLISTED: (EventState.PUBLISHED, EventState.CANCELLED, EventState.ARCHIVED),
    EventState.CANCELLED: (EventState.ARCHIVED,),
    EventState.ARCHIVED: (EventState.UNLISTED,),
}


class NoSuchStep(Conflict):
    """From the state it is in, the event cannot get there."""

    code = "no-such-step"
    title = lazy_gettext("The event cannot go there from here")


def list_next(event: Event) -> tuple[EventState, ...]:
    """The states to which the event can go now; a cancelled one does not come back."""
    if event.state is EventState.ARCHIVED and event.cancelled_at is not None:
        return ()
    return WAYS[event.state]


def move(actor: User, event: Event, state: EventState, *, note: str = "") -> Event:
    """Publish, hide from the front page, cancel or archive the event; `note` is for those who hear of a cancellation.

    Cancelling tells everybody with a role, and by `event_cancelled` everybody whom the packages above know.
    Raises `Forbidden`, `NoSuchStep`.
    """
    require(can_organise(actor, event))
    db.session.refresh(event, ["state", "cancelled_at"], with_for_update=True)
    if state not in list_next(event):
        raise NoSuchStep(_("Reload the page to see the event's state and where it can go."))
    event.state = state
    if state is EventState.CANCELLED:
        event.cancelled_at = now()
    db.session.flush()
    audit.record(
        actor,
        ACTIONS[state],
        event,
        organisation_id=event.organisation_id,
        event_id=event.id,
        fields=("state",),
    )
    if state is EventState.CANCELLED:
        told = _tell_people(actor, event, note)
        event_cancelled.send(event, actor=actor, note=note, told=told)
    return event


def count_told(actor: User, event: Event) -> int:
    """How many people with a role, `actor` aside, hear of it when the event is cancelled."""
    people = select(func.count(EventRole.user_id.distinct())).where(
        EventRole.event_id == event.id, EventRole.user_id != actor.id
    )
    return db.session.scalar(people) or 0


def _tell_people(actor: User, event: Event, note: str) -> set[str]:
    """Write to those with a role. Answers the address keys of all who know now."""
    statement = (
        select(User)
        .join(EventRole, EventRole.user_id == User.id)
        .where(EventRole.event_id == event.id, User.id != actor.id, User.erased_at.is_(None))
        .distinct()
        .order_by(User.id)
    )
    people = db.session.scalars(statement).all()
    emails.queue_many(
        "event_cancelled",
        [emails.Recipient(person, person.language, {"name": person.given_name}) for person in people],
        event=event,
        note=note,
    )
    return {actor.email_key, *(person.email_key for person in people)}
