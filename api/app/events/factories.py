"""Events, phases and roles, for tests and for the demonstration. Factories flush; who calls them commits."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from app.events.models import Event, EventKind, EventPhase, EventRole, EventState, PhaseKind, Role
from app.events.queries import forget_roles
from app.organisations.factories import make_organisation
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.time import now

_numbers = count(1)


def make_event(
    organisation: Organisation | None = None,
    *,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    phases: list[EventPhase] | None = None,
    **overrides: Any,
) -> Event:
    """A published event whose call is open for another month, unless `opens_at`, `closes_at` or `phases` say otherwise."""
    organisation = organisation or make_organisation()
    number = next(_numbers)
    at = now()
    if phases is None:
        opens, closes = opens_at or at - timedelta(days=30), closes_at or at + timedelta(days=30)
        phases = [EventPhase(kind=PhaseKind.APPLICATION, opens_at=opens, closes_at=closes)]
    values: dict[str, Any] = {
        "organisation_id": organisation.id,
        "key": f"school-{number}",
        "number_prefix": f"SCHOOL{number}",
        "kind": EventKind.SUMMER_SCHOOL,
        "state": EventState.PUBLISHED,
        "languages": ["en", "fr"],
        "titles": {"en": f"Summer School {number}", "fr": f"École d’été {number}"},
        "summaries": {"en": "Two weeks of lectures and labs."},
        "guest_roles": [
            {"key": "speaker", "label": {"en": "Speaker", "fr": "Intervenante ou intervenant"}},
            {"key": "mentor", "label": {"en": "Mentor", "fr": "Mentor"}},
        ],
        "place": "Kisumu, Kenya",
        "time_zone": "Africa/Nairobi",
        "starts_on": date(at.year + 1, 7, 5),
        "ends_on": date(at.year + 1, 7, 16),
        "contact_email": "school@lakeside.example",
    }
    event = Event(**{**values, **overrides}, phases=phases)
    db.session.add(event)
    db.session.flush()
    set_committed_value(event, "organisation", organisation)
    return event


def make_phase(
    event: Event, kind: PhaseKind, opens_at: datetime | None = None, closes_at: datetime | None = None
) -> EventPhase:
    """A further window of `event`, open for a day on either side of now unless told otherwise."""
    at = now()
    phase = EventPhase(
        event_id=event.id,
        kind=kind,
        opens_at=opens_at or at - timedelta(days=1),
        closes_at=closes_at or at + timedelta(days=1),
    )
    db.session.add(phase)
    db.session.flush()
    known = [*event.__dict__.get("phases", ()), phase]
    set_committed_value(event, "phases", sorted(known, key=lambda each: (each.opens_at, each.id)))
    return phase


def make_role(event: Event, user: User | None = None, role: Role = Role.ORGANISER) -> EventRole:
    """The `role` of `user` (or of somebody new) in `event`."""
    user = user or make_user()
    row = EventRole(event_id=event.id, user_id=user.id, role=role, created_at=now())
    db.session.add(row)
    db.session.flush()
    set_committed_value(row, "user", user)
    set_committed_value(row, "event", event)
    forget_roles()
    return row
