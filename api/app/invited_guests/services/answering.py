"""What guests do with their invitation: see it, accept, decline, think again.

Whoever holds a guest from `get_by_secret` or `get_own` may answer for it: that is what those two are for.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.events.models import Event, EventState
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.policies import is_expired, is_holder, is_over
from app.invited_guests.services.history import record
from app.invited_guests.services.mailing import queue_acceptance
from app.invited_guests.services.rules import EventOver, GuestRemoved
from app.users.models import User
from app.users.services import accounts, passwords, verification
from app.users.tokens import hash_secret
from app.users.visitors import NOBODY, Visitor
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, Forbidden, Invalid, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.time import now


class InvitationExpired(Conflict):
    """The time for the first answer has passed."""

    code = "invitation-expired"
    title = lazy_gettext("The time to answer has passed")


class ConsentNeeded(Invalid):
    """Nobody becomes a guest without agreeing to the organisation's privacy policy."""

    code = "consent-needed"
    title = lazy_gettext("We need your consent")


class AlreadyGuest(Conflict):
    """The account holds another guest's place at the same event."""

    code = "already-guest"
    title = lazy_gettext("You are a guest of this event already")


class AnsweredByAccount(Forbidden):
    """The invitation was accepted with an account, and only that account may change the answer."""

    code = "answered-by-account"
    title = lazy_gettext("Sign in to change the answer")


class PasswordKind(StrEnum):
    """Which password is asked of somebody who accepts."""

    NONE = "none"
    KNOWN = "known"
    NEW = "new"


def get_by_secret(secret: str, *, to_answer: bool = False) -> InvitedGuest:
    """The guest whom the mailed link is for, with the event and the organisation; locked if it is `to_answer`.

    Raises `NotFound` for links that never were or were replaced; a removed guest is found, to be told so.
    """
    guest = _find(select(InvitedGuest).where(InvitedGuest.secret_hash == hash_secret(secret)), to_answer)
    if guest is None:
        raise NotFound(
            _("This link does not work. If we sent you several, use the one in the latest message.")
        )
    return guest


def get_own(actor: User, event_key: str, *, to_answer: bool = False) -> InvitedGuest:
    """The actor's own invitation to the event, by account or verified address. Raises `NotFound`."""
    statement = _select_own(actor).join(InvitedGuest.event).where(Event.key == event_key)
    guest = _find(statement.order_by(InvitedGuest.state, InvitedGuest.id).limit(1), to_answer)
    if guest is None:
        raise NotFound(_("You have no invitation to this event. Was it sent to another address of yours?"))
    return guest


def list_for(user: User) -> Sequence[InvitedGuest]:
    """The person's invitations with their events and organisations, next event first; what was taken back is left out."""
    statement = (
        _select_own(user)
        .join(InvitedGuest.event)
        .where(Event.state != EventState.ARCHIVED)
        .options(contains_eager(InvitedGuest.event).joinedload(Event.organisation))
        .order_by(Event.starts_on, InvitedGuest.id)
    )
    return db.session.scalars(statement).all()


def find_needed_password(guest: InvitedGuest, actor: User | None) -> PasswordKind:
    """Which password `accept` will ask for: none of somebody signed in, else the account's, else a new one."""
    if actor is not None:
        return PasswordKind.NONE
    account = _find_account(guest)
    return PasswordKind.KNOWN if account and _is_usable(account) else PasswordKind.NEW


def accept(
    guest: InvitedGuest,
    actor: User | None,
    *,
    agrees: bool,
    password: str = "",
    visitor: Visitor = NOBODY,
) -> User:
    """Take the place, with the consent to the privacy policy; the account that now holds it.

    Somebody signed in takes it with that account. Anyone else gives the password of the invited address's account, or
    chooses one: then the account is made, its address shown to be theirs by the mailed link.
    Raises `ConsentNeeded`, `AlreadyGuest`, `AnsweredByAccount`, `InvitationExpired`, `GuestRemoved`, `EventOver`,
    `passwords.WeakPassword`, `passwords.WrongPassword`, `TooMany`.
    """
    _refuse_closed(guest)
    if actor is not None:
        _refuse_others(guest, actor)
    if not agrees:
        sentence = _("Tick the box if you agree; without it we may not keep your details.")
        missing = {"password": [_("We need a password.")]} if actor is None and not password else {}
        raise ConsentNeeded(sentence, errors={**missing, "agrees": [sentence]})
    account = actor or _open_account(guest, password, visitor)
    if account.email_key == guest.email_key:
        verification.mark_verified(account)
    if guest.state is GuestState.ACCEPTED:
        return account
    at = now()
    with unique_or(AlreadyGuest(_("This account has accepted another invitation to the same event."))):
        guest.state, guest.since, guest.answered_at = GuestState.ACCEPTED, at, at
        guest.user_id, guest.decline_reason = account.id, ""
        guest.privacy_version = guest.event.organisation.privacy_version
        guest.privacy_accepted_at = at
    record(account, "invited_guest.accepted", guest, guest.event)
    queue_acceptance(guest, account)
    return account


def decline(guest: InvitedGuest, actor: User | None, *, reason: str = "") -> None:
    """Give the place back, with a `reason` if one likes.

    Raises `AnsweredByAccount`, `InvitationExpired`, `GuestRemoved`, `EventOver`.
    """
    _refuse_closed(guest)
    _refuse_others(guest, actor)
    at = now()
    guest.state, guest.since, guest.answered_at = GuestState.DECLINED, at, at
    guest.decline_reason = reason
    db.session.flush()
    record(actor, "invited_guest.declined", guest, guest.event)


def _select_own(user: User) -> Select[InvitedGuest]:
    theirs: Any = InvitedGuest.user_id == user.id
    if user.is_verified:
        theirs = or_(theirs, InvitedGuest.email_key == user.email_key)
    return select(InvitedGuest).where(theirs, InvitedGuest.state != GuestState.REMOVED)


def _find(statement: Select[InvitedGuest], to_answer: bool) -> InvitedGuest | None:
    statement = statement.options(
        joinedload(InvitedGuest.event, innerjoin=True).joinedload(Event.organisation, innerjoin=True),
        joinedload(InvitedGuest.invited_by),
    )
    if to_answer:
        statement = statement.with_for_update(of=InvitedGuest).execution_options(populate_existing=True)
    return db.session.scalar(statement)


def _refuse_closed(guest: InvitedGuest) -> None:
    """Say kindly why there is no answer to give any more."""
    contact = guest.event.contact_email
    if guest.state is GuestState.REMOVED:
        raise GuestRemoved(
            _("The organisers took this invitation back. Ask them at %(contact)s.", contact=contact)
        )
    if is_over(guest.event, now()):
        raise EventOver(_("The event is over or was called off, so there is nothing left to answer."))
    if is_expired(guest, now()):
        sentence = _(
            "The time to answer has passed. Write to %(contact)s if you would still like to come.",
            contact=contact,
        )
        raise InvitationExpired(sentence)


def _refuse_others(guest: InvitedGuest, actor: User | None) -> None:
    """A place that is taken is its holder's: a link that was passed on does nothing any more."""
    if guest.state is GuestState.ACCEPTED and not is_holder(actor, guest):
        sentence = _("This invitation is accepted. Sign in with the account that accepted it to change that.")
        raise AnsweredByAccount(sentence)


def _find_account(guest: InvitedGuest) -> User | None:
    if guest.state is GuestState.ACCEPTED and guest.user_id is not None:
        return db.session.get(User, guest.user_id)
    return accounts.find_user(guest.email)


def _is_usable(account: User) -> bool:
    """An account whose address nobody has shown to be theirs may belong to anyone: its password counts for nothing."""
    return account.is_verified and account.password_hash is not None


def _open_account(guest: InvitedGuest, password: str, visitor: Visitor) -> User:
    account = _find_account(guest)
    if account is None:
        return accounts.add_account(email=guest.email, password=password, language=guest.language)
    if _is_usable(account):
        passwords.confirm(account, password, visitor)
    else:
        passwords.replace(account, password)
    return account
