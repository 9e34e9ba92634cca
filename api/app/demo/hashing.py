"""Passwords for people whom nobody signs in as."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

CHEAP = 64  # KiB; whoever does sign in with such a password gets it hashed anew at full cost


@contextmanager
def cheap_hashing() -> Iterator[None]:
    """Inside the block hashing costs next to nothing, so that hundreds of accounts take no seconds."""
    before = current_app.config.get("ARGON2_MEMORY")
    current_app.config["ARGON2_MEMORY"] = CHEAP
    try:
        yield
    finally:
        del current_app.config["ARGON2_MEMORY"]
        if before is not None:
            current_app.config["ARGON2_MEMORY"] = before
