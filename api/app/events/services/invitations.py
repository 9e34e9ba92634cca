"""Inviting people to a role in an event. The mailed link proves the mailbox."""

from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit import services as audit
from app.emails import services as emails
from app.events.models import Event, EventRole, Role, RoleInvitation
from app.events.policies import can_organise, can_read_event, is_member
from app.events.queries import forget_roles
from app.organisations.services.links import AlreadyInvited, InvitationExpired, get_good, renew
from app.users.models import User
from app.users.services.accounts import find_user
from app.users.services.invited import find_verified
from app.users.services.verification import mark_verified
from app.users.tokens import hash_secret
from app.utils.addresses import address_key
from app.utils.authorization import require
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.links import public_link
from app.utils.pagination import Page, paginate
from app.utils.time import now

__all__ = [
    "ROLE_NAMES",
    "AlreadyHasRole",
    "AlreadyInvited",
    "InvitationExpired",
    "accept",
    "get_by_code",
    "get_invitation",
    "invite",
    "list_invitations",
    "resend",
    "withdraw",
]

ROLE_NAMES = {
    Role.ORGANISER: lazy_gettext("Organiser"),
    Role.VIEWER: lazy_gettext("Viewer"),
    Role.REVIEWER: lazy_gettext("Reviewer"),
    Role.TREASURER: lazy_gettext("Treasurer"),
    Role.REGISTRAR: lazy_gettext("Registrar"),
    Role.DESK: lazy_gettext("Desk"),
}


class AlreadyHasRole(Conflict):
    """The person has this role in the event."""

    code = "already-has-role"
    title = lazy_gettext("This person has the role already")


def invite(actor: User, event: Event, *, email: str, role: Role) -> RoleInvitation:
    """Mail a link by which the reader takes `role`. Raises `Forbidden`, `AlreadyHasRole`, `AlreadyInvited`."""
    require(can_organise(actor, event))
    user = find_user(email)
    if user and _has_role(user, event, role):
        raise AlreadyHasRole(_("This person has this role already. Choose another role, or nothing at all."))
    invitation = RoleInvitation(
        event_id=event.id,
        email=email,
        email_key=address_key(email),
        role=role,
        invited_by_id=actor.id,
        created_at=now(),
    )
    secret = renew(invitation)
    with unique_or(
        AlreadyInvited(
            _("This person is invited to this role already. You can send the invitation again from the list.")
        )
    ):
        db.session.add(invitation)
    _record(actor, "event_role.invited", event, invitation)
    _mail(actor, event, invitation, secret)
    return invitation


def list_invitations(actor: User, event: Event, *, page: int = 1, per_page: int = 50) -> Page[Any]:
    """The invitations that nobody has accepted yet, newest first."""
    require(can_read_event(actor, event))
    statement = (
        select(RoleInvitation)
        .filter_by(event_id=event.id)
        .order_by(RoleInvitation.created_at.desc(), RoleInvitation.id.desc())
    )
    return paginate(statement, number=page, per_page=per_page)


def get_invitation(actor: User, event: Event, invitation_id: int) -> RoleInvitation:
    """One open invitation of the event. Raises `NotFound`."""
    require(can_organise(actor, event))
    invitation = db.session.scalar(select(RoleInvitation).filter_by(event_id=event.id, id=invitation_id))
    if invitation is None:
        raise NotFound(_("This invitation was accepted or withdrawn meanwhile."))
    return invitation


def resend(actor: User, event: Event, invitation: RoleInvitation) -> RoleInvitation:
    """Mail a new link for another 14 days; the earlier one stops working. Raises `Forbidden`."""
    require(can_organise(actor, event))
    secret = renew(invitation)
    db.session.flush()
    _record(actor, "event_role_invitation.resent", event, invitation)
    _mail(actor, event, invitation, secret)
    return invitation


def withdraw(actor: User, event: Event, invitation: RoleInvitation) -> None:
    """Take the invitation back; its link stops working. Raises `Forbidden`."""
    require(can_organise(actor, event))
    _record(actor, "event_role_invitation.withdrawn", event, invitation)
    db.session.delete(invitation)
    db.session.flush()


def get_by_code(event_key: str, code: str, *, to_change: bool = False) -> RoleInvitation:
    """The invitation to `event_key` that this mailed code opens, with event and organisation.

    Raises `NotFound`, `InvitationExpired`.
    """
    statement = (
        select(RoleInvitation)
        .join(RoleInvitation.event)
        .where(Event.key == event_key, RoleInvitation.secret_hash == hash_secret(code))
        .options(joinedload(RoleInvitation.event).joinedload(Event.organisation))
    )
    if to_change:
        statement = statement.with_for_update(of=RoleInvitation)
    return get_good(db.session.scalar(statement))


def accept(user: User, event_key: str, code: str) -> EventRole:
    """Give `user` the role that the mailed link offers. Who holds the link has shown that the mailbox is theirs.

    Raises `NotFound`, `InvitationExpired`, `AlreadyHasRole`.
    """
    invitation = get_by_code(event_key, code, to_change=True)
    row = EventRole(event_id=invitation.event_id, user_id=user.id, role=invitation.role, created_at=now())
    with unique_or(AlreadyHasRole(_("You have this role already. There is nothing more to do."))):
        db.session.add(row)
    if user.email_key == invitation.email_key:
        mark_verified(user)
    _record(user, "event_role.accepted", invitation.event, row)
    db.session.delete(invitation)
    db.session.flush()
    forget_roles()
    return row


def _has_role(user: User, event: Event, role: Role) -> bool:
    statement = select(EventRole.id).filter_by(event_id=event.id, user_id=user.id, role=role)
    return db.session.scalar(statement) is not None


def _record(actor: User, action: str, event: Event, thing: EventRole | RoleInvitation) -> None:
    audit.record(
        actor,
        action,
        thing,
        organisation_id=event.organisation_id,
        event_id=event.id,
        fields=(thing.role.value,),
    )


def _mail(actor: User, event: Event, invitation: RoleInvitation, secret: str) -> None:
    user = find_verified(invitation.email)
    language = user.language if user else event.language
    with force_locale(language):
        role = str(ROLE_NAMES[invitation.role])
    emails.queue(
        "event_role_invitation",
        to=user or invitation.email,
        language=language,
        event=event,
        # Organisers read what was sent: it must not tell them who has the address, unless they know already.
        name=user.given_name if user and is_member(user, event) else "",
        role=role,
        inviter=actor.name,
        expires=invitation.expires_at,
        link=public_link(f"/events/{event.key}/join/{secret}"),
    )
