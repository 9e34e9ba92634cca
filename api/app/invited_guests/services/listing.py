"""Reading the guest list."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select

from app.events.models import Event
from app.events.policies import can_manage_guests, can_read_guests, is_member
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.queries import Order, select_guest, select_row, select_rows
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _
from app.utils.pagination import Page, paginate

ROWS_AT_A_TIME = 500


def require_reading(actor: User, event: Event) -> None:
    """Go on if the actor may read the guest list. Raises `Forbidden`; for strangers to the event, `NotFound`."""
    require(can_read_guests(actor, event), visible=is_member(actor, event))


def require_managing(actor: User, event: Event) -> None:
    """Go on if the actor may change the guest list. Raises `Forbidden`; for strangers to the event, `NotFound`."""
    require(can_manage_guests(actor, event), visible=is_member(actor, event))


def list_guests(
    actor: User,
    event: Event,
    *,
    search: str = "",
    role: str = "",
    state: GuestState | None = None,
    order: Order = Order.SINCE,
    page: int = 1,
    per_page: int = 50,
) -> Page[Any]:
    """A page of the guest list (see `queries.select_rows`), in one query."""
    require_reading(actor, event)
    statement = select_rows(event, search=search, role=role, state=state, order=order)
    return paginate(statement, number=page, per_page=per_page, rows=True)


def list_rows(
    actor: User,
    event: Event,
    *,
    search: str = "",
    role: str = "",
    state: GuestState | None = None,
    order: Order = Order.SINCE,
) -> Iterator[Any]:
    """The whole list for an export, read a few hundred rows at a time and only while somebody takes them."""
    require_reading(actor, event)
    statement = select_rows(event, search=search, role=role, state=state, order=order)
    return _read(statement.execution_options(yield_per=ROWS_AT_A_TIME))


def count_by_state(actor: User, event: Event) -> dict[GuestState, int]:
    """How many guests are in each state, those without any included."""
    require_reading(actor, event)
    statement = (
        select(InvitedGuest.state, func.count())
        .where(InvitedGuest.event_id == event.id)
        .group_by(InvitedGuest.state)
    )
    counts = dict.fromkeys(GuestState, 0)
    counts.update((state, count) for state, count in db.session.execute(statement))
    return counts


def get_row(actor: User, event: Event, guest_id: int) -> Any:
    """One guest as lists show them, removed or not. Raises `NotFound`."""
    require_reading(actor, event)
    row = db.session.execute(select_row(event, guest_id)).first()
    if row is None:
        raise NotFound(_("There is no such guest in this event."))
    return row


def get_guest(actor: User, event: Event, guest_id: int, *, to_change: bool = False) -> InvitedGuest:
    """One guest of the event. With `to_change` the actor must manage guests, and the row stays locked until the end.

    Raises `NotFound`.
    """
    (require_managing if to_change else require_reading)(actor, event)
    statement = select_guest(event, guest_id)
    guest = db.session.scalar(statement.with_for_update() if to_change else statement)
    if guest is None:
        raise NotFound(_("There is no such guest in this event."))
    return guest


def _read(statement: Select[Any]) -> Iterator[Any]:
    yield from db.session.execute(statement)
