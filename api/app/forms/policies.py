"""Who may see and change an event's forms. Who may answer one is for the package that asks."""

from app.events.models import Event
from app.events.policies import can_organise, can_read_event
from app.users.models import User


def can_read_forms(actor: User | None, event: Event) -> bool:
    """Organisers and viewers of the event."""
    return can_read_event(actor, event)


def can_edit_forms(actor: User | None, event: Event) -> bool:
    """Organisers of the event."""
    return can_organise(actor, event)
