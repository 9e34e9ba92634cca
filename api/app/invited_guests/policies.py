"""What may still happen to an invitation, and whose it is."""

from datetime import datetime

from app.events.models import Event, EventState
from app.invited_guests.models import GuestState, InvitedGuest
from app.users.models import User
from app.utils.time import end_of_day

OVER = (EventState.CANCELLED, EventState.ARCHIVED)


def is_over(event: Event, at: datetime) -> bool:
    """An event is over when its last day has ended in its zone, or when it was called off or put away."""
    return event.state in OVER or at >= end_of_day(event.ends_on, event.zone)


def is_expired(guest: InvitedGuest, at: datetime) -> bool:
    """Whether the time for the first answer has passed. Who answered in time may think again until the event is over."""
    return guest.state is GuestState.INVITED and at >= guest.answer_before


def can_answer(guest: InvitedGuest, at: datetime) -> bool:
    """Whether the invitation can be accepted or declined. The guest comes with the event loaded."""
    return not (guest.state is GuestState.REMOVED or is_expired(guest, at) or is_over(guest.event, at))


def is_holder(actor: User | None, guest: InvitedGuest) -> bool:
    """Whether the actor's account is the one that accepted: only it may change that answer."""
    return actor is not None and guest.state is GuestState.ACCEPTED and guest.user_id == actor.id
