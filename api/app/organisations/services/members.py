"""Who works in an organisation, and as what."""

from typing import Any

from sqlalchemy import func, select

from app.audit import services as audit
from app.organisations.models import Member, MemberRole, Organisation
from app.organisations.policies import can_change_member, can_manage
from app.organisations.queries import forget_roles, select_members
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import Conflict, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.pagination import Page, paginate


class LastOwner(Conflict):
    """Without this person nobody would own the organisation."""

    code = "last-owner"
    title = lazy_gettext("The last owner stays")


def list_members(actor: User, organisation: Organisation, *, page: int = 1, per_page: int = 50) -> Page[Any]:
    """The members, owners first: `id user_id name email role created_at`."""
    require(can_manage(actor, organisation))
    return paginate(select_members(organisation), number=page, per_page=per_page, rows=True)


def get_member(actor: User, organisation: Organisation, member_id: int) -> Member:
    """One membership of the organisation. Raises `NotFound`."""
    require(can_manage(actor, organisation))
    member = db.session.scalar(select(Member).filter_by(organisation_id=organisation.id, id=member_id))
    if member is None:
        raise NotFound(_("This person is not a member any more."))
    return member


def get_row(organisation: Organisation, member: Member) -> Any:
    """The member as `list_members` shows it."""
    return db.session.execute(select_members(organisation).where(Member.id == member.id)).one()


def change_role(actor: User, organisation: Organisation, member: Member, role: MemberRole) -> Member:
    """Make the member an owner or an admin. Raises `Forbidden` (only owners touch owners), `LastOwner`."""
    require(can_change_member(actor, organisation, member.role, role))
    if member.role is role:
        return member
    _keep_an_owner(organisation, member)
    member.role = role
    db.session.flush()
    forget_roles()
    audit.record(actor, "member.role_changed", member, organisation_id=organisation.id, fields=("role",))
    return member


def remove(actor: User, organisation: Organisation, member: Member) -> None:
    """Take somebody's membership, one's own included. Raises `Forbidden` (only owners touch owners), `LastOwner`."""
    require(can_change_member(actor, organisation, member.role))
    _keep_an_owner(organisation, member)
    audit.record(actor, "member.removed", member, organisation_id=organisation.id)
    db.session.delete(member)
    db.session.flush()
    forget_roles()


def _keep_an_owner(organisation: Organisation, member: Member) -> None:
    """Refuse when `member` is the only owner. The lock makes two owners who remove each other wait in line."""
    if member.role is not MemberRole.OWNER:
        return
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    owners = select(func.count()).where(
        Member.organisation_id == organisation.id, Member.role == MemberRole.OWNER, Member.id != member.id
    )
    if not db.session.scalar(owners):
        raise LastOwner(_("An organisation needs an owner. Make somebody else an owner first."))
