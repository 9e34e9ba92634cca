"""What invited guests do when something happens elsewhere."""

from typing import Any

from sqlalchemy import or_, select

from app.invited_guests.models import GuestState, InvitedGuest
from app.users.models import User
from app.users.signals import user_erased
from app.users.tokens import hash_secret, new_secret
from app.utils.database import db
from app.utils.time import now


@user_erased.connect
def forget_person(user: User, *, former_email_key: str, **_other: Any) -> None:
    """Forget who was invited; that somebody was, as what, and the answer stay. An open invitation ends, its link too."""
    theirs = or_(InvitedGuest.user_id == user.id, InvitedGuest.email_key == former_email_key)
    for guest in db.session.scalars(select(InvitedGuest).where(theirs).with_for_update()):
        guest.email = guest.email_key = f"erased-{guest.id}"
        guest.name = guest.note = guest.decline_reason = ""
        guest.user_id, guest.secret_hash = None, hash_secret(new_secret())
        if guest.state is GuestState.INVITED:
            guest.state, guest.since = GuestState.REMOVED, now()
