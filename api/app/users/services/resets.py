"""A forgotten password: a mailed link, good once, by which a new one is chosen.

Asking does the same work and gives the same answer whether or not the address has an account: a job, later, looks.
"""

from datetime import timedelta

from app.emails import services as emails
from app.jobs import services as jobs
from app.users import throttling
from app.users.models import Code, CodePurpose, User
from app.users.services import codes, passwords, verification
from app.users.services.accounts import find_user
from app.users.visitors import NOBODY, Visitor
from app.utils.addresses import address_key
from app.utils.links import public_link

MAIL_LINK = "users.mail_reset_link"
PAUSE = timedelta(minutes=1)


def request(email: str, visitor: Visitor = NOBODY) -> None:
    """Have a link mailed to the address, if it has an account. Raises `TooMany`."""
    throttling.count(throttling.RESET, address_key(email), visitor)
    jobs.defer(MAIL_LINK, email=email)


def mail_link(email: str) -> None:
    """Mail the link, in place of an earlier one; nothing when there is no account, or one went out a moment ago."""
    user = find_user(email)
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
