"""Hashing passwords, and saying what a good one needs."""

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from app.utils.i18n import _

LONGEST = 1024  # bytes, after NFC
SHORTEST = 10  # characters, where DEBUG is off
SHORTEST_IN_DEBUG = 6
GUESSES_WANTED = 10**6  # below, a password falls to an online attack (zxcvbn's score 2)

# A hash takes 19 MiB and a core for 20 ms: two at a time, so that sign-ins never starve those who are filling a form.
_turns = BoundedSemaphore(2)


@cache
def _hasher(memory: int) -> PasswordHasher:
    """argon2id with OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane)."""
    return PasswordHasher(time_cost=2, memory_cost=memory, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash of `password` after NFC, so that one person's keyboards agree."""
    with _turns:
        return _current_hasher().hash(_bytes(password))


def is_right_password(password_hash: str | None, password: str) -> bool:
    """Whether `password` fits. With no hash it costs the same and is False: nobody learns which addresses we know."""
    known = password_hash or _decoy(_memory())
    with _turns:
        try:
            _current_hasher().verify(known, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _current_hasher().check_needs_rehash(password_hash)


def find_faults(password: str, email: str) -> list[str]:
    """Sentences about what `password` needs, none if it is good. Where DEBUG is on, six characters do."""
    shortest = SHORTEST_IN_DEBUG if current_app.config["DEBUG"] else SHORTEST
    if len(_bytes(password)) > LONGEST:
        return [_("A password can have at most 1,024 bytes.")]
    if len(password) < shortest:
        advice = _(
            "A password needs at least %(n)s characters. Three or four words in a row are good.", n=shortest
        )
        return [advice]
    return [] if current_app.config["DEBUG"] else _find_weakness(password, email)


def _find_weakness(password: str, email: str) -> list[str]:
    if _is_of_address(password, email):
        return [
            _(
                "A password must not be your e-mail address. Take three or four words that nobody connects with you."
            )
        ]
    if _is_common(password, email):
        return [
            _("This password is among the first that anybody would try. Take three or four unrelated words.")
        ]
    return []


def _is_of_address(password: str, email: str) -> bool:
    plain, address = password.casefold(), email.casefold()
    return plain in (address, address.partition("@")[0]) or plain.replace(" ", "") == address


def _is_common(password: str, email: str) -> bool:
    """Dictionaries of the commonest passwords, names and patterns decide (zxcvbn: Wheeler, USENIX Security 2016)."""
    from zxcvbn_rs_py import zxcvbn  # noqa: PLC0415  # slow to import, needed once in an account's life

    return bool(zxcvbn(password[:100], [email, email.partition("@")[0], "marula"]).guesses < GUESSES_WANTED)


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _memory() -> int:
    return int(current_app.config.get("ARGON2_MEMORY", 19456))  # KiB


def _current_hasher() -> PasswordHasher:
    return _hasher(_memory())


@cache
def _decoy(memory: int) -> str:
    return _hasher(memory).hash("nobody has this password")
