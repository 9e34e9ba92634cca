"""Every package's models, so that migrations and mappers see them all."""

from app.events import models as events
from app.organisations import models as organisations
from app.users import models as users

__all__ = ["events", "organisations", "users"]
