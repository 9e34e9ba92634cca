"""Every package's handlers, so that their tasks are known wherever one is deferred or run."""

from app.emails import handlers as emails
from app.jobs import handlers as jobs

__all__ = ["emails", "jobs"]
