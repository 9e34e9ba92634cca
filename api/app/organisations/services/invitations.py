"""Inviting people to work in an organisation. The mailed link proves the mailbox."""

from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit import services as audit
from app.emails import services as emails
from app.organisations.models import Member, MemberInvitation, MemberRole, Organisation
from app.organisations.policies import can_change_member, can_manage
from app.organisations.queries import forget_roles
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
    "AlreadyInvited",
    "AlreadyMember",
    "InvitationExpired",
    "accept",
    "get_by_code",
    "get_invitation",
    "invite",
    "list_invitations",
    "resend",
    "withdraw",
]

ROLE_NAMES = {MemberRole.OWNER: lazy_gettext("Owner"), MemberRole.ADMIN: lazy_gettext("Admin")}


class AlreadyMember(Conflict):
    """The person is a member."""

    code = "already-member"
    title = lazy_gettext("This person is a member already")


def invite(
    actor: User, organisation: Organisation, *, email: str, role: MemberRole = MemberRole.ADMIN
) -> MemberInvitation:
    """Mail a link by which the reader becomes a member. Raises `Forbidden`, `AlreadyMember`, `AlreadyInvited`."""
    require(can_change_member(actor, organisation, role))
    user = find_user(email)
    if user and _is_in(user, organisation):
        raise AlreadyMember(_("This person is a member already. You can change the role in the list."))
    invitation = MemberInvitation(
        organisation_id=organisation.id,
        email=email,
        email_key=address_key(email),
        role=role,
        invited_by_id=actor.id,
        created_at=now(),
    )
    secret = renew(invitation)
    with unique_or(
        AlreadyInvited(_("This person is invited already. You can send the invitation again from the list."))
    ):
        db.session.add(invitation)
    audit.record(actor, "member.invited", invitation, organisation_id=organisation.id)
    _mail(actor, organisation, invitation, secret)
    return invitation


def list_invitations(
    actor: User, organisation: Organisation, *, page: int = 1, per_page: int = 50
) -> Page[Any]:
    """The invitations that nobody has accepted yet, newest first."""
    require(can_manage(actor, organisation))
    statement = (
        select(MemberInvitation)
        .filter_by(organisation_id=organisation.id)
        .order_by(MemberInvitation.created_at.desc(), MemberInvitation.id.desc())
    )
    return paginate(statement, number=page, per_page=per_page)


def get_invitation(actor: User, organisation: Organisation, invitation_id: int) -> MemberInvitation:
    """One open invitation of the organisation. Raises `NotFound`."""
    require(can_manage(actor, organisation))
    invitation = db.session.scalar(
        select(MemberInvitation).filter_by(organisation_id=organisation.id, id=invitation_id)
    )
    if invitation is None:
        raise NotFound(_("This invitation was accepted or withdrawn meanwhile."))
    return invitation


def resend(actor: User, organisation: Organisation, invitation: MemberInvitation) -> MemberInvitation:
    """Mail a new link for another 14 days; the earlier one stops working. Raises `Forbidden`."""
    require(can_change_member(actor, organisation, invitation.role))
    secret = renew(invitation)
    db.session.flush()
    audit.record(actor, "member_invitation.resent", invitation, organisation_id=organisation.id)
    _mail(actor, organisation, invitation, secret)
    return invitation


def withdraw(actor: User, organisation: Organisation, invitation: MemberInvitation) -> None:
    """Take the invitation back; its link stops working. Raises `Forbidden`."""
    require(can_change_member(actor, organisation, invitation.role))
    audit.record(actor, "member_invitation.withdrawn", invitation, organisation_id=organisation.id)
    db.session.delete(invitation)
    db.session.flush()


def get_by_code(code: str, *, to_change: bool = False) -> MemberInvitation:
    """The invitation that this mailed code opens, with its organisation. Raises `NotFound`, `InvitationExpired`."""
    statement = (
        select(MemberInvitation)
        .filter_by(secret_hash=hash_secret(code))
        .options(joinedload(MemberInvitation.organisation))
    )
    if to_change:
        statement = statement.with_for_update(of=MemberInvitation)
    return get_good(db.session.scalar(statement))


def accept(user: User, code: str) -> Member:
    """Make `user` the member that the mailed link invites. Who holds the link has shown that the mailbox is theirs.

    Raises `NotFound`, `InvitationExpired`, `AlreadyMember`.
    """
    invitation = get_by_code(code, to_change=True)
    member = Member(
        organisation_id=invitation.organisation_id, user_id=user.id, role=invitation.role, created_at=now()
    )
    with unique_or(AlreadyMember(_("You are a member already. An owner can change your role."))):
        db.session.add(member)
    if user.email_key == invitation.email_key:
        mark_verified(user)
    audit.record(user, "member.joined", member, organisation_id=invitation.organisation_id)
    db.session.delete(invitation)
    db.session.flush()
    forget_roles()
    return member


def _is_in(user: User, organisation: Organisation) -> bool:
    statement = select(Member.id).filter_by(organisation_id=organisation.id, user_id=user.id)
    return db.session.scalar(statement) is not None


def _mail(actor: User, organisation: Organisation, invitation: MemberInvitation, secret: str) -> None:
    user = find_verified(invitation.email)
    language = user.language if user else organisation.languages[0]
    with force_locale(language):
        role = str(ROLE_NAMES[invitation.role])
    emails.queue(
        "organisation_invitation",
        to=user or invitation.email,
        language=language,
        organisation=organisation,
        # Members read what was sent: it must not tell them who has the address.
        name="",
        role=role,
        inviter=actor.name,
        expires=invitation.expires_at,
        link=public_link(f"/join/{secret}"),
    )
