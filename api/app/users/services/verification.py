"""Showing that an address is yours.

A link opened by somebody signed in to the account verifies by one button. Anyone else must know the account's password,
or, as the owner of the mailbox, set a new one: nobody keeps an account that they registered on another's address.
"""

from app.audit.services import record
from app.emails import services as emails
from app.users import throttling
from app.users.models import Code, CodePurpose, User
from app.users.services import codes, passwords
from app.users.signals import address_verified
from app.users.visitors import NOBODY, Visitor
from app.utils.errors import Conflict, Forbidden
from app.utils.i18n import _, lazy_gettext
from app.utils.links import public_link
from app.utils.time import now


class AlreadyVerified(Conflict):
    """The address needs no further link."""

    code = "already-verified"
    title = lazy_gettext("Your address is confirmed already")


class PasswordNeeded(Forbidden):
    """Whoever opened the link is not signed in to the account, so the link alone is not enough."""

    code = "password-needed"
    title = lazy_gettext("We need the account's password")


def mail_link(user: User) -> None:
    """Mail the link that verifies the person's address; an earlier one stops working."""
    secret, expires = codes.make_code(user, CodePurpose.VERIFY, user.email)
    emails.queue(
        "verify_address",
        to=user,
        language=user.language,
        name=user.full_name,
        expires=expires,
        link=public_link(f"/verify/{secret}"),
    )


def resend(user: User, visitor: Visitor = NOBODY) -> None:
    """Mail a new link on the person's wish. Raises `AlreadyVerified`, `TooMany`."""
    if user.is_verified:
        raise AlreadyVerified(_("There is nothing left to do."))
    throttling.count(throttling.VERIFICATION, user.email_key, visitor)
    mail_link(user)


def get_code(secret: str) -> Code:
    """The verification that this link stands for, with its person. Raises `codes.LinkExpired`."""
    return codes.get_code(CodePurpose.VERIFY, secret)


def is_done(secret: str) -> bool:
    """Whether the link has done its work: the address it was for is verified."""
    code = codes.find_code(CodePurpose.VERIFY, secret)
    return code is not None and code.used_at is not None and code.user.is_verified


def verify(actor: User | None, secret: str) -> User:
    """Verify the address, by somebody signed in to its account. Raises `codes.LinkExpired`, `PasswordNeeded`."""
    code = get_code(secret)
    if actor is None or actor.id != code.user_id:
        raise PasswordNeeded(_("Sign in to this account, give its password, or choose a new one."))
    return _take(code)


def verify_with_password(secret: str, password: str, visitor: Visitor = NOBODY) -> User:
    """Verify the address, by somebody who knows the password.

    Raises `codes.LinkExpired`, `passwords.WrongPassword`, `TooMany`.
    """
    code = get_code(secret)
    passwords.confirm(code.user, password, visitor)
    return _take(code)


def verify_with_new_password(secret: str, password: str) -> User:
    """Verify the address by setting a new password: the earlier one, and every session, end.

    Raises `codes.LinkExpired`, `passwords.WeakPassword` (field `new_password`).
    """
    code = get_code(secret)
    codes.use_code(code)
    passwords.replace(code.user, password, "new_password")
    mark_verified(code.user)
    return code.user


def mark_verified(user: User) -> None:
    """Note that the mailbox is the person's own."""
    if not user.is_verified:
        user.email_verified_at = now()
        record(user, "user.verified", user)
        address_verified.send(user)


def _take(code: Code) -> User:
    codes.use_code(code)
    mark_verified(code.user)
    return code.user
