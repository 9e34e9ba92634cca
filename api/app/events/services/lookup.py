"""Finding events."""

from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit import services as audit
from app.events.models import Event
from app.events.policies import can_read_event, can_see
from app.events.queries import select_published
from app.organisations.models import Organisation
from app.organisations.policies import can_manage
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _
from app.utils.pagination import Page, paginate
from app.utils.time import now


def get_event(actor: User | None, key: str) -> Event:
    """The event called `key`, with its organisation and phases loaded. Raises `NotFound`, for a stranger's draft too."""
    # One statement for all: an event has at most five phases, and every page begins here.
    found = select(Event).filter_by(key=key).options(joinedload(Event.organisation), joinedload(Event.phases))
    event = db.session.scalars(found).unique().one_or_none()
    if event is None:
        raise NotFound(_("There is no event at this address. Check it, or look on the front page."))
    require(can_see(actor, event), visible=False)
    return event


def list_published(*, page: int = 1, per_page: int = 50) -> Page[Any]:
    """The published events that are not over, those with an open call first, as everybody may see them."""
    at = now()
    statement = select_published(at, at.astimezone(UTC).date())
    return paginate(statement, number=page, per_page=per_page, rows=True)


def list_of_organisation(
    actor: User, organisation: Organisation, *, page: int = 1, per_page: int = 50
) -> Page[Any]:
    """All events of the organisation, for its members, the latest first: `key titles languages state kind …`."""
    require(can_manage(actor, organisation), visible=False)
    statement = (
        select(
            Event.key,
            Event.titles,
            Event.languages,
            Event.kind,
            Event.state,
            Event.place,
            Event.starts_on,
            Event.ends_on,
        )
        .where(Event.organisation_id == organisation.id)
        .order_by(Event.starts_on.desc(), Event.id.desc())
    )
    return paginate(statement, number=page, per_page=per_page, rows=True)


def list_history(actor: User, event: Event, *, page: int = 1, per_page: int = 50) -> Page[Any]:
    """Who changed what in the event, newest first."""
    require(can_read_event(actor, event))
    return audit.list_lines(event_id=event.id, page=page, per_page=per_page)
