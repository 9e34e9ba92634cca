"""Making an account and proving that it is yours."""

import unicodedata

from sqlalchemy import select

from app.users.models import User
from app.users.passwords import find_faults, hash_password, is_right_password, needs_rehash
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, Invalid, Unauthenticated
from app.utils.i18n import _, lazy_gettext


class AddressTaken(Conflict):
    """There is an account with this address already."""

    code = "address-taken"
    title = lazy_gettext("There is an account with this address")


class WeakPassword(Invalid):
    """The password would not protect the account."""

    code = "weak-password"
    title = lazy_gettext("The password is too weak")


class WrongCredentials(Unauthenticated):
    """Address and password do not fit together, or there is no such account: nobody is told which."""

    code = "wrong-credentials"
    title = lazy_gettext("Address and password do not fit")


def address_key(email: str) -> str:
    """How addresses are compared: NFC, without case."""
    return unicodedata.normalize("NFC", email).casefold()


def find_user(email: str) -> User | None:
    """The account with this address, however it is written."""
    return db.session.scalar(select(User).filter_by(email_key=address_key(email)))


def register(*, email: str, password: str, language: str = "en") -> User:
    """Make an account; its address is not verified yet. Raises `WeakPassword`, `AddressTaken`."""
    check_password(password, email)
    user = User(
        email=email, email_key=address_key(email), password_hash=hash_password(password), language=language
    )
    with unique_or(
        AddressTaken(_("There is an account with this address. Sign in, or ask for a new password."))
    ):
        db.session.add(user)
    return user


def authenticate(*, email: str, password: str) -> User:
    """The account that address and password open. Raises `WrongCredentials`, at the same cost for unknown addresses."""
    user = find_user(email)
    if not is_right_password(user.password_hash if user else None, password) or user is None:
        raise WrongCredentials(
            _("This address and password do not fit together. Check both, or ask for a new password.")
        )
    if needs_rehash(user.password_hash or ""):
        user.password_hash = hash_password(password)
    return user


def check_password(password: str, email: str, field: str = "password") -> None:
    """Raise `WeakPassword`, its sentences under `field`, unless the password is good enough."""
    faults = find_faults(password, email)
    if faults:
        raise WeakPassword(faults[0], errors={field: faults})
