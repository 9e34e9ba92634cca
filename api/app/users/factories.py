"""Accounts for tests and for the demonstration. Factories flush; who calls them commits."""

from itertools import count
from typing import Any

from app.users.models import User
from app.users.passwords import hash_password
from app.utils.addresses import address_key
from app.utils.database import db
from app.utils.time import now

_numbers = count(1)


def make_user(
    email: str | None = None, *, verified: bool = True, password: str | None = None, **overrides: Any
) -> User:
    """An account whose address is `verified`; with a `password` it can sign in by it."""
    number = next(_numbers)
    email = email or f"person{number}@example.org"
    values: dict[str, Any] = {
        "email": email,
        "email_key": address_key(email),
        "email_verified_at": now() if verified else None,
        "password_hash": hash_password(password) if password is not None else None,
        "given_name": "Ada",
        "family_name": f"Number{number}",
    }
    user = User(**{**values, **overrides})
    db.session.add(user)
    db.session.flush()
    return user
