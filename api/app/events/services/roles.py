"""Who has which role in an event."""

from typing import Any

from sqlalchemy import func, select

from app.audit import services as audit
from app.events.models import Event, EventRole, Role
from app.events.policies import can_organise, can_read_event
from app.events.queries import forget_roles, select_people
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import Conflict, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.pagination import Page, paginate


class LastOrganiser(Conflict):
    """Without this person nobody would organise the event."""

    code = "last-organiser"
    title = lazy_gettext("The last organiser stays")


def list_people(actor: User, event: Event, *, page: int = 1, per_page: int = 50) -> Page[Any]:
    """The roles and who has them, organisers first: `id user_id name email role created_at`."""
    require(can_read_event(actor, event))
    return paginate(select_people(event), number=page, per_page=per_page, rows=True)


def get_role(actor: User, event: Event, role_id: int) -> EventRole:
    """One person's one role in the event. Raises `NotFound`."""
    require(can_organise(actor, event))
    row = db.session.scalar(select(EventRole).filter_by(event_id=event.id, id=role_id))
    if row is None:
        raise NotFound(_("This person does not have this role any more."))
    return row


def remove(actor: User, event: Event, row: EventRole) -> None:
    """Take the role. It acts at once. Raises `Forbidden`, `LastOrganiser`."""
    require(can_organise(actor, event))
    if row.role is Role.ORGANISER:
        _keep_an_organiser(event, row)
    audit.record(
        actor,
        "event_role.removed",
        row,
        organisation_id=event.organisation_id,
        event_id=event.id,
        fields=(row.role.value,),
    )
    db.session.delete(row)
    db.session.flush()
    forget_roles()


def _keep_an_organiser(event: Event, row: EventRole) -> None:
    """The lock makes two organisers who remove each other wait in line."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update())
    others = select(func.count()).where(
        EventRole.event_id == event.id, EventRole.role == Role.ORGANISER, EventRole.id != row.id
    )
    if not db.session.scalar(others):
        raise LastOrganiser(_("An event needs an organiser. Invite another one first."))
