"""Invited guests, for tests and for the demonstration. Factories flush; who calls them commits."""

from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.users.tokens import hash_secret, new_secret
from app.utils.addresses import address_key
from app.utils.database import db
from app.utils.time import now

_numbers = count(1)


def make_guest(event: Event, *, secret: str | None = None, **overrides: Any) -> InvitedGuest:
    """Somebody invited to `event` a day ago as its first guest role; `secret` is what the mailed link would hold."""
    number = next(_numbers)
    at = now()
    values: dict[str, Any] = {
        "email": f"guest{number}@example.org",
        "name": f"Dr. Guest {number}",
        "role": event.guest_roles[0]["key"],
        "state": GuestState.INVITED,
        "since": at - timedelta(days=1),
        "language": event.language,
        "sent_at": at - timedelta(days=1),
        "answer_before": at + timedelta(days=29),
        "secret_hash": hash_secret(secret or new_secret()),
    }
    values |= overrides
    values.setdefault("email_key", address_key(values["email"]))
    guest = InvitedGuest(event_id=event.id, **values)
    db.session.add(guest)
    db.session.flush()
    set_committed_value(guest, "event", event)
    return guest
