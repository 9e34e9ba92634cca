"""Who runs the installation."""

from app.audit.services import record
from app.users.models import User
from app.users.services.accounts import add_account, find_user
from app.utils.database import db
from app.utils.time import now


def create_administrator(*, email: str, password: str) -> User:
    """Make an account that administers the installation, its address taken as verified.

    For whoever may run commands on the machine: nobody signed in is asked. Raises `WeakPassword`, `AddressTaken`.
    """
    user = add_account(email=email, password=password)
    return _promote(user)


def promote(*, email: str) -> User | None:
    """Let the account with this address administer the installation; None when there is no such account."""
    user = find_user(email)
    return _promote(user) if user else None


def _promote(user: User) -> User:
    user.is_admin = True
    user.email_verified_at = user.email_verified_at or now()
    db.session.flush()
    record(None, "user.made_admin", user)
    return user
