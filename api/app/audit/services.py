"""Writing the history, and reading it."""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Column, Integer, MetaData, Select, Table, Text, select
from sqlalchemy.orm import Session

from app.audit.models import AuditLine
from app.utils.database import Model, db
from app.utils.origin import current_network
from app.utils.pagination import Page, paginate
from app.utils.time import now

# This package stands below accounts, so it knows their table by name only, outside the models' metadata.
_users = Table(
    "users",
    MetaData(),
    Column("id", Integer),
    Column("email", Text),
    Column("given_name", Text),
    Column("family_name", Text),
)


class Actor(Protocol):
    """Whoever acts: an account."""

    id: Any


def record(
    actor: Actor | None,
    action: str,
    thing: Model | None,
    *,
    organisation_id: int | None = None,
    event_id: int | None = None,
    fields: Iterable[str] = (),
    acting_as: Actor | None = None,
    session: Session | None = None,
) -> None:
    """Leave the line that `actor` (None: the system) did `action` ("invited_guest.removed") to `thing`.

    `fields` are the names of what changed, never the values. `thing` is flushed when it has no id yet. With `session`
    (from `record_apart()`) the line survives a refusal.
    """
    line_session: Session = session or db.session()
    if thing is not None and thing.id is None:  # type: ignore[attr-defined]
        line_session.flush()
    line_session.add(
        AuditLine(
            at=now(),
            actor_id=actor.id if actor else None,
            acting_as_id=acting_as.id if acting_as else None,
            action=action,
            thing_type=thing.__tablename__ if thing is not None else "",
            thing_id=thing.id if thing is not None else None,  # type: ignore[attr-defined]
            organisation_id=organisation_id,
            event_id=event_id,
            fields=sorted(fields),
            network=current_network(),
        )
    )


def list_lines(
    *,
    organisation_id: int | None = None,
    event_id: int | None = None,
    thing: Model | None = None,
    page: int = 1,
    per_page: int = 50,
) -> Page[Any]:
    """The history, newest first, of what the arguments name together; at least one must be given.

    Each row has `id at action thing_type thing_id fields network actor_id actor_name actor_email` (None for the
    system or an erased account). The caller has checked who may read it. Always one query.
    """
    wanted: list[Any] = []
    if organisation_id is not None:
        wanted.append(AuditLine.organisation_id == organisation_id)
    if event_id is not None:
        wanted.append(AuditLine.event_id == event_id)
    if thing is not None:
        wanted += [AuditLine.thing_type == thing.__tablename__, AuditLine.thing_id == thing.id]  # type: ignore[attr-defined]
    if not wanted:
        raise ValueError("Say whose history: an organisation, an event or a thing.")
    return paginate(_select_lines().where(*wanted), number=page, per_page=per_page, rows=True)


def _select_lines() -> Select[Any]:
    name = (_users.c.given_name + " " + _users.c.family_name).label("actor_name")
    return (
        select(
            AuditLine.id,
            AuditLine.at,
            AuditLine.action,
            AuditLine.thing_type,
            AuditLine.thing_id,
            AuditLine.fields,
            AuditLine.network,
            AuditLine.actor_id,
            name,
            _users.c.email.label("actor_email"),
        )
        .select_from(AuditLine)
        .outerjoin(_users, _users.c.id == AuditLine.actor_id)
        .order_by(AuditLine.id.desc())
    )
