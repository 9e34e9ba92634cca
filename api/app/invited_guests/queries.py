"""Selects that the families of services share; each is scoped by its first argument."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select

from app.emails.models import Message
from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.utils.text import fold, like_pattern

INVITATION = "guest_invitation"


class Order(StrEnum):
    """By what a list of guests is ordered."""

    NAME = "name"
    SINCE = "since"
    ROLE = "role"
    STATE = "state"


# What became of the last invitation that we mailed: queued, sending, sent or failed; nothing if none was mailed.
DELIVERY = (
    select(Message.state)
    .where(
        Message.event_id == InvitedGuest.event_id,
        Message.to_key == InvitedGuest.email_key,
        Message.template == INVITATION,
    )
    .order_by(Message.id.desc())
    .limit(1)
    .correlate(InvitedGuest)
    .scalar_subquery()
    .label("delivery")
)
COLUMNS = (
    InvitedGuest.id,
    InvitedGuest.email,
    InvitedGuest.name,
    InvitedGuest.role,
    InvitedGuest.state,
    InvitedGuest.since,
    InvitedGuest.language,
    InvitedGuest.note,
    InvitedGuest.pays,
    InvitedGuest.sent_at,
    InvitedGuest.sent_count,
    InvitedGuest.answer_before,
    InvitedGuest.answered_at,
    InvitedGuest.decline_reason,
    DELIVERY,
)
ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.NAME: (),
    Order.SINCE: (InvitedGuest.since.desc(),),
    Order.ROLE: (InvitedGuest.role,),
    Order.STATE: (InvitedGuest.state,),
}


def select_rows(
    event: Event,
    *,
    search: str = "",
    role: str = "",
    state: GuestState | None = None,
    order: Order = Order.SINCE,
) -> Select[Any]:
    """The event's guests as rows, in a total order. Removed guests come only when asked for by their state.

    Each word of `search` must stand somewhere in the name or the address, whatever its case and accents.
    """
    statement = select(*COLUMNS).where(InvitedGuest.event_id == event.id)
    statement = statement.where(
        InvitedGuest.state == state if state else InvitedGuest.state != GuestState.REMOVED
    )
    if role:
        statement = statement.where(InvitedGuest.role == role)
    for word in fold(search).split():
        statement = statement.where(InvitedGuest.search_text.like(like_pattern(word), escape="\\"))
    return statement.order_by(*ORDERS[order], InvitedGuest.search_text, InvitedGuest.id)


def select_row(event: Event, guest_id: int) -> Select[Any]:
    """One guest of the event as a row, removed or not."""
    return select(*COLUMNS).where(InvitedGuest.event_id == event.id, InvitedGuest.id == guest_id)


def select_guest(event: Event, guest_id: int) -> Select[InvitedGuest]:
    """One guest of the event, removed or not."""
    return select(InvitedGuest).where(InvitedGuest.event_id == event.id, InvitedGuest.id == guest_id)
