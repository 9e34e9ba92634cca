"""A forgotten password: a mailed link, good once, by which a new one is chosen.

Asking does the same work and gives the same answer whether or not the address has an account: the rest is for a job,
later, which knows a person by number only.
"""

from datetime import timedelta

from sqlalchemy import select

from app.emails import services as emails
from app.jobs import services as jobs
from app.users import throttling
from app.users.models import Code, CodePurpose, User
from app.users.services import codes, passwords, verification
from app.users.visitors import NOBODY, Visitor
from app.utils.addresses import address_key
from app.utils.database import db
from app.utils.links import public_link

MAIL_LINK = "users.mail_reset_link"
PAUSE = timedelta(minutes=1)


def request(email: str, visitor: Visitor = NOBODY) -> None:
    """Have a link mailed to the address, if it has an account. Raises `TooMany`."""
    throttling.count(throttling.RESET, address_key(email), visitor)
    known = db.session.scalar(select(User.id).filter_by(email_key=address_key(email)))
    jobs.defer(MAIL_LINK, user_id=known)


def mail_link(user_id: int | None) -> None:
    """Mail the link, in place of an earlier one; nothing when there is no account, or one went out a moment ago."""
    user = db.session.scalar(select(User).where(User.id == user_id, User.erased_at.is_(None)))
    if user is None or codes.was_made_lately(user, CodePurpose.RESET, PAUSE):
        return
    secret, expires = codes.make_code(user, CodePurpose.RESET, user.email)
    emails.queue(
        "reset_password",
        to=user,
        language=user.language,
        name=user.full_name,
        expires=expires,
        link=public_link(f"/reset-password/{secret}"),
    )


def get_code(secret: str) -> Code:
    """The reset that this link stands for, with its person. Raises `codes.LinkExpired`."""
    return codes.get_code(CodePurpose.RESET, secret)


def reset(secret: str, password: str, visitor: Visitor = NOBODY) -> User:
    """Set a new password by a mailed link; the earlier one and every session end, and the address counts as verified.

    Raises `codes.LinkExpired`, `passwords.WeakPassword`.
    """
    code = get_code(secret)
    user = code.user
    codes.use_code(code)
    passwords.replace(user, password)
    verification.mark_verified(user)
    throttling.forget(throttling.SIGN_IN, user.email_key, visitor)
    return user
