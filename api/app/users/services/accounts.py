"""Making an account, signing in to it, and saying who you are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.audit.services import record
from app.users import throttling
from app.users.models import User
from app.users.passwords import hash_password, is_right_password, needs_rehash
from app.users.services import passwords, verification
from app.users.visitors import NOBODY, Visitor
from app.utils.addresses import address_key
from app.utils.database import db, record_apart, unique_or
from app.utils.errors import Conflict, Unauthenticated
from app.utils.i18n import _, lazy_gettext
from app.utils.time import now

PROFILE = frozenset({"title", "given_name", "family_name", "affiliation", "country", "language", "time_zone"})


class AddressTaken(Conflict):
    """There is an account with this address already."""

    code = "address-taken"
    title = lazy_gettext("There is an account with this address")


class WrongCredentials(Unauthenticated):
    """Address and password do not fit together, or there is no such account: nobody is told which."""

    code = "wrong-credentials"
    title = lazy_gettext("Address and password do not fit")


def find_user(email: str) -> User | None:
    """The account with this address, however it is written."""
    return db.session.scalar(select(User).filter_by(email_key=address_key(email)))


def register(
    *,
    email: str,
    password: str,
    language: str = "en",
    privacy_version: str | None = None,
    visitor: Visitor = NOBODY,
) -> User:
    """Make an account and mail the link that verifies its address.

    `privacy_version` is the version of the privacy policy that the person agreed to.
    Raises `passwords.WeakPassword`, `AddressTaken`, `TooMany`.
    """
    passwords.check(password, email)
    _refuse_known(address_key(email), visitor)
    user = add_account(email=email, password=password, language=language, privacy_version=privacy_version)
    verification.mail_link(user)
    return user


def add_account(
    *, email: str, password: str, language: str = "en", privacy_version: str | None = None
) -> User:
    """Make an account without writing to anybody. Raises `passwords.WeakPassword`, `AddressTaken`."""
    passwords.check(password, email)
    at = now()
    user = User(
        email=email,
        email_key=address_key(email),
        password_hash=hash_password(password),
        password_changed_at=at,
        language=language,
        privacy_version=privacy_version,
        privacy_accepted_at=at if privacy_version else None,
    )
    with unique_or(address_taken()):
        db.session.add(user)
    record(user, "user.registered", user)
    return user


def authenticate(*, email: str, password: str, visitor: Visitor = NOBODY) -> User:
    """The account that address and password open.

    Raises `WrongCredentials`, at the same cost for an unknown address, and `TooMany`.
    """
    key = address_key(email)
    # Read apart: no connection is held while the hash waits for its turn, or sign-ins would stop everybody else.
    with record_apart() as apart:
        throttling.check(throttling.SIGN_IN, key, visitor, apart)
        known = apart.execute(select(User.id, User.password_hash).filter_by(email_key=key)).one_or_none()
    if not is_right_password(known.password_hash if known else None, password) or known is None:
        throttling.count_failure(throttling.SIGN_IN, key, visitor)
        raise _wrong()
    throttling.check(throttling.SIGN_IN, key, visitor)
    # The lock makes a new password wait for us, or us for it: no session is opened by a password just replaced.
    user = db.session.scalar(
        select(User)
        .where(User.id == known.id, User.password_hash == known.password_hash, User.erased_at.is_(None))
        .with_for_update(read=True)
    )
    if user is None:
        raise _wrong()
    if needs_rehash(known.password_hash):
        user.password_hash = hash_password(password)
    return user


def update_profile(user: User, changes: Mapping[str, Any]) -> None:
    """Change what is given of `PROFILE`. The doors have checked the values."""
    changed = {name for name, value in changes.items() if name in PROFILE and getattr(user, name) != value}
    for name in changed:
        setattr(user, name, changes[name])
    if changed:
        record(user, "user.profile_changed", user, fields=changed)


def address_taken() -> AddressTaken:
    """The refusal of an address that has an account, with its sentence beside the field."""
    sentence = _("There is an account with this address. Sign in, or ask for a new password.")
    return AddressTaken(sentence, errors={"email": [sentence]})


def _wrong() -> WrongCredentials:
    return WrongCredentials(
        _("This address and password do not fit together. Check both, or ask for a new password.")
    )


def _refuse_known(key: str, visitor: Visitor) -> None:
    """Count the try and spare the hash when there is an account already; the constraint still has the last word."""
    with record_apart() as apart:
        throttling.count(throttling.REGISTER, key, visitor, apart)
        is_known = apart.scalar(select(User.id).filter_by(email_key=key)) is not None
        if is_known:
            throttling.count_network_failure(visitor, apart)
    if is_known:
        raise address_taken()
