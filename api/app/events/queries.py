"""Who has which role, found in one statement and remembered for the length of the request."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from app.events.models import Event, EventPhase, EventRole, EventState, PhaseKind, Role
from app.organisations.models import Member, MemberRole, Organisation
from app.organisations.queries import forget_roles, person_name, remembered_roles
from app.users.models import User
from app.utils.database import db

__all__ = ["find_roles", "forget_roles", "select_people", "select_published"]


def find_roles(user_id: int, event: Event) -> frozenset[Role | MemberRole]:
    """The person's roles in the event and in its organisation."""
    memo = remembered_roles()
    asked = ("event", user_id, event.id)
    if asked not in memo:
        memo[asked] = _read_roles(user_id, event)
    roles: frozenset[Role | MemberRole] = memo[asked]
    return roles


def select_people(event: Event) -> Select[Any]:
    """The roles in the event with their people, organisers first, then by name."""
    order = case({role.value: number for number, role in enumerate(Role)}, value=cast(EventRole.role, String))
    name = person_name().label("name")
    columns: Any = (EventRole.id, EventRole.user_id, name, User.email, EventRole.role, EventRole.created_at)
    return (
        select(*columns)
        .join(EventRole.user)
        .where(EventRole.event_id == event.id)
        .order_by(order, func.lower(person_name()), EventRole.id)
    )


def select_published(at: datetime, today: date) -> Select[Any]:
    """Published events that are not over: open calls first (the next to close first), then calls to come, then the rest."""
    call = aliased(EventPhase)
    is_open = and_(call.opens_at <= at, call.closes_at > at)
    rank = case((is_open, 0), (call.opens_at > at, 1), else_=2)
    moment = case((is_open, call.closes_at), (call.opens_at > at, call.opens_at))
    return (
        select(
            Event.key,
            Event.titles,
            Event.summaries,
            Event.languages,
            Event.kind,
            Event.place,
            Event.time_zone,
            Event.starts_on,
            Event.ends_on,
            Event.cover,
            call.opens_at,
            call.closes_at,
            is_open.label("is_open"),
            Organisation.name.label("organisation_name"),
            Organisation.mark.label("organisation_mark"),
        )
        .join(Event.organisation)
        .outerjoin(call, and_(call.event_id == Event.id, call.kind == PhaseKind.APPLICATION))
        .where(Event.state == EventState.PUBLISHED, or_(Event.ends_on >= today, is_open))
        .order_by(rank, moment, Event.starts_on, Event.id)
    )


def _read_roles(user_id: int, event: Event) -> frozenset[Role | MemberRole]:
    in_event = select(literal("event"), cast(EventRole.role, String)).where(
        EventRole.event_id == event.id, EventRole.user_id == user_id
    )
    in_organisation = select(literal("organisation"), cast(Member.role, String)).where(
        Member.organisation_id == event.organisation_id, Member.user_id == user_id
    )
    rows = db.session.execute(union_all(in_event, in_organisation))
    return frozenset(Role(name) if level == "event" else MemberRole(name) for level, name in rows)
