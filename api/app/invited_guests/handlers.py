"""What the history says of invited guests, and what they do when something happens elsewhere."""

from typing import Any

from sqlalchemy import or_, select

from app.audit.sentences import add_sentences
from app.emails import services as emails
from app.events.models import Event
from app.events.signals import event_cancelled
from app.invited_guests.models import GuestState, InvitedGuest
from app.users.models import User
from app.users.signals import user_erased
from app.users.tokens import hash_secret, new_secret
from app.utils.database import db
from app.utils.i18n import lazy_gettext
from app.utils.time import now

add_sentences(
    {
        "invited_guest.invited": lazy_gettext("invited a guest"),
        "invited_guest.resent": lazy_gettext("sent an invitation again"),
        "invited_guest.accepted": lazy_gettext("accepted the invitation"),
        "invited_guest.declined": lazy_gettext("declined the invitation"),
        "invited_guest.changed": lazy_gettext("changed a guest’s details"),
        "invited_guest.removed": lazy_gettext("took back an invitation"),
    },
    fields={
        "email": lazy_gettext("e-mail address"),
        "name": lazy_gettext("name"),
        "role": lazy_gettext("role"),
        "language": lazy_gettext("language"),
        "pays": lazy_gettext("what is paid"),
        "note": lazy_gettext("note"),
        "answer_by": lazy_gettext("last day to answer"),
    },
)


@user_erased.connect
def forget_person(user: User, *, former_email_key: str, **_other: Any) -> None:
    """Forget who was invited; that somebody was, as what, and the answer stay. An open invitation ends, its link too."""
    theirs = or_(InvitedGuest.user_id == user.id, InvitedGuest.email_key == former_email_key)
    for guest in db.session.scalars(select(InvitedGuest).where(theirs).with_for_update()):
        # An invitation may have gone to another address than the account's.
        emails.erase_messages(user.id, guest.email)
        guest.email = guest.email_key = f"erased-{guest.id}"
        guest.name = guest.note = guest.decline_reason = ""
        guest.user_id, guest.secret_hash = None, hash_secret(new_secret())
        if guest.state is GuestState.INVITED:
            guest.state, guest.since = GuestState.REMOVED, now()


@event_cancelled.connect
def tell_guests(event: Event, *, note: str, told: set[str], **_other: Any) -> None:
    """Guests who are invited or have accepted hear that the event is cancelled."""
    statement = (
        select(InvitedGuest)
        .where(
            InvitedGuest.event_id == event.id,
            InvitedGuest.state.in_((GuestState.INVITED, GuestState.ACCEPTED)),
            InvitedGuest.email_key.not_in(told),
        )
        .order_by(InvitedGuest.id)
    )
    guests = db.session.scalars(statement).all()
    recipients = [emails.Recipient(guest.email, guest.language, {"name": guest.name}) for guest in guests]
    emails.queue_many("event_cancelled", recipients, event=event, note=note)
    told.update(guest.email_key for guest in guests)
