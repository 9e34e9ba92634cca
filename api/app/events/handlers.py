"""What the history says of events, and what happens to roles when an account is erased."""

from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from app.audit.sentences import add_sentences
from app.events.models import Event, EventRole, EventState, Role, RoleInvitation
from app.events.queries import forget_roles
from app.events.services.roles import LastOrganiser
from app.users.models import User
from app.users.signals import erasing_user, user_erased
from app.utils.database import db
from app.utils.i18n import _, current_language, lazy_gettext

add_sentences(
    {
        "event.created": lazy_gettext("created the event"),
        "event.changed": lazy_gettext("changed the event"),
        "event.published": lazy_gettext("published the event"),
        "event.unlisted": lazy_gettext("took the event off the front page"),
        "event.cancelled": lazy_gettext("cancelled the event"),
        "event.archived": lazy_gettext("archived the event"),
        "event_role.invited": lazy_gettext("invited somebody to a role"),
        "event_role.accepted": lazy_gettext("took a role"),
        "event_role.removed": lazy_gettext("took somebody’s role"),
        "event_role_invitation.resent": lazy_gettext("sent an invitation to a role again"),
        "event_role_invitation.withdrawn": lazy_gettext("withdrew an invitation to a role"),
    },
    fields={
        "key": lazy_gettext("address"),
        "kind": lazy_gettext("kind"),
        "number_prefix": lazy_gettext("prefix of numbers"),
        "titles": lazy_gettext("title"),
        "summaries": lazy_gettext("summary"),
        "descriptions": lazy_gettext("description"),
        "facts": lazy_gettext("facts"),
        "guest_roles": lazy_gettext("guest roles"),
        "place": lazy_gettext("place"),
        "time_zone": lazy_gettext("time zone"),
        "starts_on": lazy_gettext("first day"),
        "ends_on": lazy_gettext("last day"),
        "places": lazy_gettext("places"),
        "cover": lazy_gettext("picture"),
        "phases": lazy_gettext("phases"),
        "phases.application": lazy_gettext("application phase"),
        "phases.review": lazy_gettext("review phase"),
        "phases.offer": lazy_gettext("offer phase"),
        "phases.registration": lazy_gettext("registration phase"),
        "phases.attendance": lazy_gettext("attendance phase"),
        "state": lazy_gettext("state"),
        "organiser": lazy_gettext("organiser"),
        "viewer": lazy_gettext("viewer"),
        "reviewer": lazy_gettext("reviewer"),
        "treasurer": lazy_gettext("treasurer"),
        "registrar": lazy_gettext("registrar"),
        "desk": lazy_gettext("desk"),
    },
)


@erasing_user.connect
def keep_an_organiser(user: User, **_other: Any) -> None:
    """The last organiser of an event that is not over hands over first."""
    another = aliased(EventRole)
    organised = (
        select(Event)
        .join(EventRole, EventRole.event_id == Event.id)
        .where(
            EventRole.user_id == user.id,
            EventRole.role == Role.ORGANISER,
            Event.state.not_in((EventState.ARCHIVED, EventState.CANCELLED)),
        )
        .order_by(Event.id)
        .with_for_update(of=Event)
    )
    for event in db.session.scalars(organised).all():
        others = exists().where(
            another.event_id == event.id, another.role == Role.ORGANISER, another.user_id != user.id
        )
        if not db.session.scalar(select(others)):
            title = event.title_in(current_language())
            raise LastOrganiser(
                _("You are the only organiser of %(event)s. Invite another one first.", event=title)
            )


@user_erased.connect
def forget_roles_of(user: User, *, former_email_key: str, **_other: Any) -> None:
    """Roles end, and so do invitations to the address."""
    db.session.execute(delete(EventRole).where(EventRole.user_id == user.id))
    db.session.execute(delete(RoleInvitation).where(RoleInvitation.email_key == former_email_key))
    forget_roles()
