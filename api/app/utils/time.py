"""The one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_set: ContextVar[datetime | None] = ContextVar("set", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC. Every stamp in the database comes from here."""
    return _set.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` (aware) inside the block: the demonstration tells a history, not one busy second."""
    token = _set.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which `day` is over in `zone`: the end of a window whose last day it is."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def last_day(end: datetime, zone: ZoneInfo) -> date:
    """The last day, in `zone`, of a window that ends at `end`."""
    return (end - timedelta(microseconds=1)).astimezone(zone).date()
