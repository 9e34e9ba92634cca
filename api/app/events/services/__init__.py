"""The use-cases of events, a module a family: `lookup`, `events`, `states`, `roles`, `invitations`, `messages`."""

from app.events.services.lookup import get_event

__all__ = ["get_event"]
