"""Every package's handlers, so that their tasks are known wherever one is deferred or run."""

from app.applications import handlers as applications
from app.decisions import handlers as decisions
from app.emails import handlers as emails
from app.events import handlers as events
from app.forms import handlers as forms
from app.invited_guests import handlers as invited_guests
from app.jobs import handlers as jobs
from app.organisations import handlers as organisations
from app.users import handlers as users

__all__ = [
    "applications",
    "decisions",
    "emails",
    "events",
    "forms",
    "invited_guests",
    "jobs",
    "organisations",
    "users",
]
