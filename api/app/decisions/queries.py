"""Decisions as other packages join them."""

from sqlalchemy import Select, func, select

from app.decisions.models import Decision
from app.events.models import Event


def select_drafts(event: Event) -> Select[Decision]:
    """The drafts of the event, at most one for each application."""
    return select(Decision).where(Decision.event_id == event.id, Decision.release_id.is_(None))


def select_released(event: Event) -> Select[Decision]:
    """The released decision that holds for each application of the event: the last."""
    latest = (
        select(func.max(Decision.id))
        .where(Decision.event_id == event.id, Decision.release_id.is_not(None))
        .group_by(Decision.application_id)
    )
    return select(Decision).where(Decision.id.in_(latest))
