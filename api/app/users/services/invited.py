"""Accounts of people who come by a mailed link: who holds it has shown that the mailbox is theirs."""

from app.users.models import User
from app.users.services.accounts import add_account, find_user
from app.users.services.verification import mark_verified


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
    user = add_account(email=email, password=password, language=language, privacy_version=privacy_version)
    user.given_name, user.family_name = given_name, family_name
    mark_verified(user)
    return user
