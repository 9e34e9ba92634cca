"""Who may do what in an event, and which of its phases is open."""

from collections.abc import Iterable
from datetime import datetime

from app.events.models import Event, EventPhase, EventState, PhaseKind, Role
from app.events.queries import find_roles
from app.organisations.models import MemberRole
from app.users.models import User

LEADS: frozenset[Role | MemberRole] = frozenset({Role.ORGANISER, MemberRole.OWNER, MemberRole.ADMIN})


def can_organise(actor: User | None, event: Event) -> bool:
    """Organisers of the event and the owners and admins of its organisation may do everything in it."""
    return _has(actor, event, LEADS)


def can_read_event(actor: User | None, event: Event) -> bool:
    """Viewers read what organisers read."""
    return _has(actor, event, LEADS | {Role.VIEWER})


def can_manage_guests(actor: User | None, event: Event) -> bool:
    """Guests, registrations, letters and attendance are the registrar's too."""
    return _has(actor, event, LEADS | {Role.REGISTRAR})


def can_read_guests(actor: User | None, event: Event) -> bool:
    """Who manages guests, and viewers."""
    return can_manage_guests(actor, event) or can_read_event(actor, event)


def is_member(actor: User | None, event: Event) -> bool:
    """Whether the person has any role in the event or its organisation: only they see a draft."""
    return actor is not None and bool(find_roles(actor.id, event))


def can_see(actor: User | None, event: Event) -> bool:
    """Everybody sees an event that is not a draft; members see a draft too."""
    return event.state is not EventState.DRAFT or is_member(actor, event)


def find_phase(event: Event, kind: PhaseKind) -> EventPhase | None:
    """The event's window of this kind, if it has one. The event comes with its phases loaded."""
    return next((phase for phase in event.phases if phase.kind is kind), None)


def is_open(event: Event, kind: PhaseKind, at: datetime) -> bool:
    """Whether the event's window of this kind is open at this instant. The event comes with its phases loaded."""
    return is_within(event, find_phase(event, kind), at)


def is_within(event: Event, phase: EventPhase | None, at: datetime) -> bool:
    """Whether `phase`, if the event has it, is open at this instant."""
    return phase is not None and is_window_open(event.state, phase.opens_at, phase.closes_at, at)


def is_window_open(state: EventState, opens_at: datetime, closes_at: datetime, at: datetime) -> bool:
    """The one place where phases are enforced: the window is half-open, and only a visible, running event has one."""
    return state in (EventState.PUBLISHED, EventState.UNLISTED) and opens_at <= at < closes_at


def _has(actor: User | None, event: Event, wanted: Iterable[Role | MemberRole]) -> bool:
    return actor is not None and not find_roles(actor.id, event).isdisjoint(wanted)
