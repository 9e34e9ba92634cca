"""Whose an application is, when it can be worked on, and whether it counts."""

from datetime import datetime, timedelta

from app.applications.models import Application, ApplicationState
from app.events.models import Event, PhaseKind
from app.events.policies import is_open
from app.users.models import User

VERIFY_WITHIN = timedelta(hours=48)


def can_apply(event: Event, at: datetime) -> bool:
    """Whether the event takes applications at this instant."""
    return is_open(event, PhaseKind.APPLICATION, at)


def is_decided(application: Application) -> bool:
    """Whether the applicant has been told a decision: what it was made on is not changed afterwards."""
    return application.decided_at is not None


def can_change(application: Application, event: Event, at: datetime) -> bool:
    """Whether the answers can be changed and submitted, again too: while the call is open, and until a decision."""
    return can_apply(event, at) and not is_decided(application)


def is_own(actor: User | None, application: Application) -> bool:
    """Only the person who applies reads and changes what they write."""
    return actor is not None and application.user_id == actor.id


def counts(application: Application) -> bool:
    """Whether the organisers consider it: submitted, and from an address verified within 48 hours."""
    return application.state is ApplicationState.SUBMITTED and application.confirmed_at is not None


def verify_by(application: Application) -> datetime | None:
    """Until when the address must be verified for the submission to count; None when nothing is missing."""
    if application.submitted_at is None or application.confirmed_at is not None:
        return None
    return application.submitted_at + VERIFY_WITHIN


def is_late_to_verify(application: Application, at: datetime) -> bool:
    """Whether the 48 hours have passed without the address having been verified."""
    deadline = verify_by(application)
    return deadline is not None and at >= deadline
