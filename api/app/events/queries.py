"""Who has which role, found in one statement and remembered for the length of the request."""

from sqlalchemy import String, cast, literal, select, union_all

from app.events.models import Event, EventRole, Role
from app.organisations.models import Member, MemberRole
from app.utils.database import db

_MEMO = "roles"


def find_roles(user_id: int, event: Event) -> frozenset[Role | MemberRole]:
    """The person's roles in the event and in its organisation."""
    memo: dict[tuple[int, int], frozenset[Role | MemberRole]] = db.session.info.setdefault(_MEMO, {})
    asked = (user_id, event.id)
    if asked not in memo:
        memo[asked] = _read_roles(user_id, event)
    return memo[asked]


def forget_roles() -> None:
    """To be called by whoever changes a role, so that the change acts at once."""
    db.session.info.pop(_MEMO, None)


def _read_roles(user_id: int, event: Event) -> frozenset[Role | MemberRole]:
    in_event = select(literal("event"), cast(EventRole.role, String)).where(
        EventRole.event_id == event.id, EventRole.user_id == user_id
    )
    in_organisation = select(literal("organisation"), cast(Member.role, String)).where(
        Member.organisation_id == event.organisation_id, Member.user_id == user_id
    )
    rows = db.session.execute(union_all(in_event, in_organisation))
    return frozenset(Role(name) if level == "event" else MemberRole(name) for level, name in rows)
