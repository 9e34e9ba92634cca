"""Reading over all packages below."""

from sqlalchemy import func, select

from app.applications.models import Application, ApplicationState
from app.decisions.models import Decision
from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.utils.database import db


def count_in_event(event: Event) -> dict[str, int]:
    """How many submitted applications, guests and drafted decisions an event has, in one statement."""
    applications = (Application.event_id == event.id, Application.state == ApplicationState.SUBMITTED)
    guests = (InvitedGuest.event_id == event.id, InvitedGuest.state != GuestState.REMOVED)
    decisions = (Decision.event_id == event.id, Decision.release_id.is_(None))
    row = db.session.execute(
        select(
            *(
                select(func.count()).where(*each).scalar_subquery()
                for each in (applications, guests, decisions)
            )
        )
    ).one()
    return dict(zip(("applications", "guests", "decisions"), row, strict=True))
