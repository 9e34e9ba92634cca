"""Who may decide."""

from app.applications.models import Application
from app.applications.policies import counts
from app.events.models import Event
from app.events.policies import can_organise, can_read_event
from app.users.models import User


def can_decide(actor: User | None, event: Event) -> bool:
    """Organisers draft and release decisions."""
    return can_organise(actor, event)


def can_read_decisions(actor: User | None, event: Event) -> bool:
    """Organisers and viewers read drafts."""
    return can_read_event(actor, event)


def is_decidable(application: Application) -> bool:
    """Whether there is something to decide about: submitted, not withdrawn, from an address that is verified."""
    return counts(application)
