"""The sentence above the guest list that says what it shows, each choice a chip."""

from typing import Any

from app.invited_guests.models import GuestState
from app.invited_guests.queries import Order
from app.invited_guests.schemas import GuestsQuery
from app.utils.i18n import _, lazy_gettext
from app.utils.looks import address_with, number

STATES = {
    GuestState.INVITED: lazy_gettext("are invited"),
    GuestState.ACCEPTED: lazy_gettext("have accepted"),
    GuestState.DECLINED: lazy_gettext("have declined"),
    GuestState.REMOVED: lazy_gettext("were removed"),
}
ORDERS = {
    Order.SINCE: lazy_gettext("last change"),
    Order.NAME: lazy_gettext("name"),
    Order.ROLE: lazy_gettext("role"),
    Order.STATE: lazy_gettext("state"),
}


def make_sentence(
    query: GuestsQuery, roles: dict[str, str], counts: dict[GuestState, int]
) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """For `role`, `state` and `order`: the words now in force, and the choices with their addresses."""
    anything = _("any role"), _("have any state")
    states = {state: f"{words} ({number(counts[state])})" for state, words in STATES.items()}
    return {
        "role": (
            roles.get(query.role, query.role) or anything[0],
            _choices("role", query.role, {"": anything[0], **roles}),
        ),
        "state": (
            str(STATES[query.state]) if query.state else anything[1],
            _choices("state", query.state or "", {"": anything[1], **states}),
        ),
        "order": (str(ORDERS[query.order]), _choices("order", query.order, ORDERS)),
    }


def _choices(name: str, chosen: str, words: Any) -> list[dict[str, Any]]:
    return [
        {"label": str(label), "href": address_with({name: str(value)}), "current": value == chosen}
        for value, label in words.items()
    ]
