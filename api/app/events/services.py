"""What people do with events. (Looking one up is here; the rest follows in this folder's families.)"""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.events.models import Event
from app.events.policies import can_see
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _


def get_event(actor: User | None, key: str) -> Event:
    """The event called `key`, with its organisation and phases loaded. Raises `NotFound`, for a stranger's draft too."""
    event = db.session.scalar(
        select(Event).filter_by(key=key).options(joinedload(Event.organisation), selectinload(Event.phases))
    )
    if event is None:
        raise NotFound(_("There is no event at this address. Check it, or look on the front page."))
    require(can_see(actor, event), visible=False)
    return event
