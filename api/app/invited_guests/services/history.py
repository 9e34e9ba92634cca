"""The audit lines of an invitation: leaving them, and reading them."""

from collections.abc import Iterable
from typing import Any

from app.audit import services as audit
from app.events.models import Event
from app.invited_guests.models import InvitedGuest
from app.invited_guests.services.listing import get_guest
from app.users.models import User
from app.utils.pagination import Page


def record(
    actor: User | None, action: str, guest: InvitedGuest, event: Event, fields: Iterable[str] = ()
) -> None:
    """Leave the line that `actor` (None: somebody who only holds the link) did `action`; `fields` are what it touched."""
    audit.record(
        actor,
        action,
        guest,
        event_id=event.id,
        organisation_id=event.organisation_id,
        fields=fields,
    )


def list_history(actor: User, event: Event, guest_id: int) -> Page[Any]:
    """What was done with the invitation, newest first. Raises `NotFound`."""
    guest = get_guest(actor, event, guest_id)
    return audit.list_lines(event_id=event.id, thing=guest, per_page=20)
