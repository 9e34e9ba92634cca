"""Changing what an invitation says, and taking it back."""

from collections.abc import Mapping
from typing import Any

from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.services.history import record
from app.invited_guests.services.listing import get_guest
from app.invited_guests.services.mailing import queue_removal
from app.invited_guests.services.rules import check_fit, end_of_answering, refuse_removed
from app.users.models import User
from app.utils.database import db
from app.utils.time import last_day, now


def change(actor: User, event: Event, guest_id: int, changes: Mapping[str, Any]) -> InvitedGuest:
    """Change what is given of `role` and of what `Details` names. The guest is not told.

    What stays as it was is not checked anew: a role that the event has no more, a day to answer that has passed.
    Raises `GuestRemoved`, `NotFound`, `UnusableInvitation`.
    """
    guest = get_guest(actor, event, guest_id, to_change=True)
    refuse_removed(guest)
    before = {"answer_by": last_day(guest.answer_before, event.zone)}
    changed = {
        field: value
        for field, value in changes.items()
        if value is not None and value != before.get(field, getattr(guest, field, None))
    }
    check_fit(
        event, **{field: changed[field] for field in ("role", "language", "answer_by") if field in changed}
    )
    for field, value in changed.items():
        if field == "answer_by":
            guest.answer_before = end_of_answering(event, value)
        else:
            setattr(guest, field, value)
    if changed:
        db.session.flush()
        record(actor, "invited_guest.changed", guest, event, fields=changed)
    return guest


def remove(actor: User, event: Event, guest_id: int, *, note: str = "") -> InvitedGuest:
    """Take a guest off the list and tell them, with a `note` if given; who had declined is not bothered.

    Raises `GuestRemoved`, `NotFound`.
    """
    guest = get_guest(actor, event, guest_id, to_change=True)
    refuse_removed(guest)
    had_declined = guest.state is GuestState.DECLINED
    guest.state, guest.since = GuestState.REMOVED, now()
    db.session.flush()
    record(actor, "invited_guest.removed", guest, event)
    if not had_declined:
        queue_removal(guest, event, note)
    return guest
