"""Every package's models, so that migrations and mappers see them all."""

from app.applications import models as applications
from app.audit import models as audit
from app.decisions import models as decisions
from app.emails import models as emails
from app.events import models as events
from app.forms import models as forms
from app.invited_guests import models as invited_guests
from app.organisations import models as organisations
from app.users import models as users

__all__ = [
    "applications",
    "audit",
    "decisions",
    "emails",
    "events",
    "forms",
    "invited_guests",
    "organisations",
    "users",
]
