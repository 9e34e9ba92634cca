"""Inviting a guest, and sending the invitation again."""

from datetime import timedelta
from typing import Unpack

from sqlalchemy import select

from app.emails.layout import Framed
from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.services.history import record
from app.invited_guests.services.listing import get_guest, require_managing
from app.invited_guests.services.mailing import queue_invitation, show_invitation
from app.invited_guests.services.rules import (
    AlreadyAccepted,
    AlreadyInvited,
    Details,
    SentJustNow,
    check_fit,
    end_of_answering,
    refuse_over,
    refuse_removed,
)
from app.users.models import User
from app.users.tokens import hash_secret, new_secret
from app.utils.addresses import address_key
from app.utils.database import db, unique_or
from app.utils.i18n import _, ngettext
from app.utils.time import now

RESEND_AFTER = timedelta(minutes=10)


def invite(actor: User, event: Event, *, email: str, role: str, **details: Unpack[Details]) -> InvitedGuest:
    """Put a person on the guest list and mail the secret link; who was removed before comes back.

    Raises `AlreadyInvited`, `EventOver`, `UnusableInvitation`.
    """
    require_managing(actor, event)
    refuse_over(event)
    check_fit(event, role=role, language=details.get("language", ""), answer_by=details.get("answer_by"))
    secret = new_secret()
    removed = db.session.scalar(
        select(InvitedGuest)
        .filter_by(event_id=event.id, email_key=address_key(email), state=GuestState.REMOVED)
        .with_for_update()
    )
    guest = removed or InvitedGuest(event_id=event.id)
    describe(guest, event, actor, secret, email=email, role=role, **details)
    sentence = _("%(email)s is on the guest list already. Open it there to send it again.", email=email)
    with unique_or(AlreadyInvited(sentence, errors={"email": [sentence]})):
        db.session.add(guest)
    record(actor, "invited_guest.invited", guest, event)
    queue_invitation(guest, event, actor, secret)
    return guest


def preview(actor: User, event: Event, *, email: str, role: str, **details: Unpack[Details]) -> Framed:
    """The message that `invite` would send, its link leading nowhere. Nothing is kept.

    Raises `EventOver`, `UnusableInvitation`.
    """
    require_managing(actor, event)
    refuse_over(event)
    check_fit(event, role=role, language=details.get("language", ""), answer_by=details.get("answer_by"))
    guest = InvitedGuest(event_id=event.id)
    describe(guest, event, actor, "", email=email, role=role, **details)
    return show_invitation(guest, event, actor)


def resend(actor: User, event: Event, guest_id: int) -> InvitedGuest:
    """Mail the invitation anew, to somebody who declined as well; links in earlier messages stop working.

    A time to answer that has passed starts again. Raises `AlreadyAccepted`, `EventOver`, `GuestRemoved`, `NotFound`,
    and `SentJustNow` within ten minutes of the last message.
    """
    guest = get_guest(actor, event, guest_id, to_change=True)
    refuse_over(event)
    refuse_removed(guest)
    if guest.state is GuestState.ACCEPTED:
        raise AlreadyAccepted(_("%(name)s has accepted already.", name=guest.greeting))
    _refuse_haste(guest)
    secret, at = new_secret(), now()
    guest.state, guest.since, guest.sent_at = GuestState.INVITED, at, at
    guest.sent_count += 1
    guest.secret_hash = hash_secret(secret)
    guest.answered_at, guest.decline_reason = None, ""
    if guest.answer_before <= at:
        guest.answer_before = end_of_answering(event)
    record(actor, "invited_guest.resent", guest, event)
    queue_invitation(guest, event, actor, secret)
    return guest


def describe(
    guest: InvitedGuest,
    event: Event,
    actor: User,
    secret: str,
    *,
    email: str,
    role: str,
    **details: Unpack[Details],
) -> None:
    """Make `guest`, new or removed, freshly invited by `actor`."""
    at = now()
    guest.email, guest.email_key = email, address_key(email)
    guest.name, guest.role = details.get("name", ""), role
    guest.language = details.get("language") or event.language
    guest.note, guest.pays = details.get("note", ""), details.get("pays", [])
    guest.state, guest.since = GuestState.INVITED, at
    guest.secret_hash, guest.invited_by_id = hash_secret(secret), actor.id
    guest.sent_at, guest.sent_count = at, 1
    guest.answer_before = end_of_answering(event, details.get("answer_by"))
    guest.answered_at, guest.decline_reason = None, ""
    guest.user_id = guest.privacy_version = guest.privacy_accepted_at = None


def _refuse_haste(guest: InvitedGuest) -> None:
    wait = guest.sent_at + RESEND_AFTER - now()
    if wait > timedelta(0):
        sentence = ngettext(
            "The last message left a moment ago. You can send it again in a minute.",
            "The last message left a moment ago. You can send it again in %(num)s minutes.",
            -(-wait // timedelta(minutes=1)),
        )
        raise SentJustNow(sentence, retry_after=int(wait.total_seconds()) + 1)
