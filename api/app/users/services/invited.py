"""Accounts of people who come by a mailed link: who holds it has shown that the mailbox is theirs."""

from app.audit import services as audit
from app.users.models import User
from app.users.passwords import hash_password
from app.users.services.accounts import AddressTaken, find_user
from app.users.services.passwords import check as check_password
from app.users.signals import address_verified
from app.utils.addresses import address_key
from app.utils.database import db, unique_or
from app.utils.i18n import _
from app.utils.time import now


def find_verified(email: str) -> User | None:
    """The account with this address, if it has shown that the address is its own: others get nothing by it."""
    user = find_user(email)
    return user if user is not None and user.is_verified else None


def register_invited(
    *,
    email: str,
    password: str,
    given_name: str = "",
    family_name: str = "",
    language: str = "en",
    privacy_version: str | None = None,
) -> User:
    """Make an account whose address is verified, because the link to it was mailed there.

    `privacy_version` is the version of the privacy policy that the person agreed to.
    Raises `WeakPassword`, `AddressTaken`.
    """
    check_password(password, email)
    at = now()
    user = User(
        email=email,
        email_key=address_key(email),
        email_verified_at=at,
        password_hash=hash_password(password),
        password_changed_at=at,
        given_name=given_name,
        family_name=family_name,
        language=language,
        privacy_version=privacy_version,
        privacy_accepted_at=at if privacy_version else None,
    )
    with unique_or(
        AddressTaken(_("There is an account with this address. Sign in, then open the link again."))
    ):
        db.session.add(user)
    audit.record(user, "user.registered", user)
    address_verified.send(user)
    return user
