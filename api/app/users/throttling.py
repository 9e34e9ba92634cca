"""How often somebody may knock.

We count first by account and network together, so that somebody elsewhere never locks the owner out; a device on which
the account has been signed in to has a count of its own, so that nobody nearby does either. A network alone is refused
only for failures, and far later: whole campuses share one. Keys are keyed hashes: the table names nobody.

Counts stand in our own table and are written apart from the request, in one statement, so that they survive its
refusal. `THROTTLING` in the settings turns all of it off, for measurements.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from flask import current_app
from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.users.models import Attempt
from app.users.visitors import Visitor
from app.utils.database import db, record_apart
from app.utils.errors import TooMany
from app.utils.i18n import ngettext
from app.utils.security import derive_key
from app.utils.time import now

log = structlog.get_logger()


@dataclass(frozen=True)
class Limit:
    """At most `tries` in a `window`, which begins with the first of them."""

    name: str
    tries: int
    window: timedelta


SIGN_IN = Limit("sign-in", 10, timedelta(minutes=15))
KNOWN_DEVICE = Limit("known-device", 30, timedelta(minutes=15))
REGISTER = Limit("register", 60, timedelta(hours=1))
RESET = Limit("reset", 6, timedelta(hours=1))
VERIFICATION = Limit("verification", 6, timedelta(hours=1))
NETWORK = Limit("network", 500, timedelta(hours=1))
LONGEST_WINDOW = timedelta(hours=1)


def check(limit: Limit, account: str, visitor: Visitor, session: Session | None = None) -> None:
    """Raise `TooMany` if the tries that failed have used `limit` up; nothing is counted."""
    if not _is_on(visitor):
        return
    limits = _limits(limit, account, visitor)
    rows = (session or db.session).execute(
        select(Attempt.key, Attempt.count, Attempt.started_at).where(Attempt.key.in_(limits))
    )
    for key, count, started_at in rows:
        if count >= limits[key].tries:
            _refuse_until(started_at + limits[key].window, limits[key])


def count(limit: Limit, account: str, visitor: Visitor, session: Session | None = None) -> None:
    """Count one try, good or bad, of the account here. Raises `TooMany` when there have been enough.

    With `session`, which must come from `record_apart`, the caller has the count committed.
    """
    if not _is_on(visitor):
        return
    limits = _limits(limit, account, visitor)
    own, network = limits
    if session is not None:
        found = _look_and_add(session, own, network, limits)
    else:
        with record_apart() as apart:
            found = _look_and_add(apart, own, network, limits)
    for key, number, started_at in found:
        # The network's row only shows failures of before; the account's already has this try in it.
        if number > limits[key].tries or (key == network and number == limits[key].tries):
            _refuse_until(started_at + limits[key].window, limits[key])


def count_failure(limit: Limit, account: str, visitor: Visitor, session: Session | None = None) -> None:
    """Count one failure against account and network. Raises `TooMany` when it is one more than `limit` bears.

    So of many tries at once no more than the limit learn that they were wrong.
    """
    if not _is_on(visitor):
        return
    limits = _limits(limit, account, visitor)
    if session is not None:
        found = _add(session, limits)
    else:
        with record_apart() as apart:
            found = _add(apart, limits)
    for key, number, started_at in found:
        if number > limits[key].tries:
            _refuse_until(started_at + limits[key].window, limits[key])


def count_network_failure(visitor: Visitor, session: Session) -> None:
    """Count one failure against the network alone, in a `session` from `record_apart`."""
    if _is_on(visitor):
        _add(session, {_key(NETWORK, visitor.network): NETWORK})


def forget(limit: Limit, account: str, visitor: Visitor) -> None:
    """Let the account begin anew here: its owner has just shown who they are."""
    if _is_on(visitor):
        own = next(iter(_limits(limit, account, visitor)))
        db.session.execute(delete(Attempt).where(Attempt.key == own))


def remove_old() -> None:
    """Forget counts whose window has passed."""
    db.session.execute(delete(Attempt).where(Attempt.started_at < now() - LONGEST_WINDOW))


def mark(account: str) -> str:
    """How a device cookie and our counts name an account: 128 bits that only we can make."""
    return hmac.new(derive_key("throttling"), account.encode(), sha256).hexdigest()[:32]


def _is_on(visitor: Visitor) -> bool:
    return bool(current_app.config.get("THROTTLING", True)) and visitor.network != ""


def _limits(limit: Limit, account: str, visitor: Visitor) -> dict[str, Limit]:
    """The keys to look at, each with its limit: the account's first, then the network's."""
    if visitor.device and mark(account) in visitor.accounts:
        own = Limit(limit.name, max(limit.tries, KNOWN_DEVICE.tries), limit.window)
        keyed = {_key(own, visitor.device, account): own}
    else:
        keyed = {_key(limit, visitor.network, account): limit}
    return {**keyed, _key(NETWORK, visitor.network): NETWORK}


def _key(limit: Limit, *parts: str) -> str:
    return mark("\n".join((limit.name, *parts)))


Found = Sequence[tuple[str, int, datetime]]


def _look_and_add(session: Session, own: str, network: str, limits: dict[str, Limit]) -> Found:
    failures = session.execute(
        select(Attempt.key, Attempt.count, Attempt.started_at).where(
            Attempt.key == network, Attempt.started_at > now() - limits[network].window
        )
    )
    return [*failures, *_add(session, {own: limits[own]})]


def _add(session: Session, limits: dict[str, Limit]) -> Found:
    """One more for each key, in one statement; the rows are taken in the order of their keys, so none waits in a ring."""
    at = now()
    rows = [{"key": key, "count": 1, "started_at": at} for key in sorted(limits)]
    statement = insert(Attempt).values(rows)
    windows = case(
        *[(Attempt.key == key, at - limit.window) for key, limit in limits.items()], else_=at - LONGEST_WINDOW
    )
    is_over = Attempt.started_at <= windows
    added = statement.on_conflict_do_update(
        index_elements=[Attempt.key],
        set_={
            "count": case((is_over, 1), else_=Attempt.count + 1),
            "started_at": case((is_over, at), else_=Attempt.started_at),
        },
    ).returning(Attempt.key, Attempt.count, Attempt.started_at)
    return list(session.execute(added))


def _refuse_until(end: datetime, limit: Limit) -> None:
    seconds = int((end - now()).total_seconds()) + 1
    if seconds <= 1:
        return
    log.warning("throttled", limit=limit.name, retry_after=seconds)
    raise TooMany(
        ngettext(
            "That was tried too often from here. Please wait a minute.",
            "That was tried too often from here. Please wait %(num)s minutes.",
            -(-seconds // 60),
        ),
        retry_after=seconds,
    )
