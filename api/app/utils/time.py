"""The one clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC. Every stamp in the database comes from here."""
    return datetime.now(UTC)
