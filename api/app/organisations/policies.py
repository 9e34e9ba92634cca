"""Who may do what in an organisation."""

from sqlalchemy import select

from app.organisations.models import Member, MemberRole, Organisation
from app.users.models import User
from app.utils.database import db


def find_role(actor: User | None, organisation: Organisation) -> MemberRole | None:
    """The person's role in the organisation, read anew: role changes act at once."""
    if actor is None:
        return None
    return db.session.scalar(
        select(Member.role).where(Member.organisation_id == organisation.id, Member.user_id == actor.id)
    )


def is_member(actor: User | None, organisation: Organisation) -> bool:
    """Owners and admins see the organisation; for others it is not there."""
    return find_role(actor, organisation) is not None


def can_manage(actor: User | None, organisation: Organisation) -> bool:
    """Owners and admins do everything in its events, its members and its branding."""
    return is_member(actor, organisation)


def can_own(actor: User | None, organisation: Organisation) -> bool:
    """Owners alone give and take ownership, and delete."""
    return find_role(actor, organisation) is MemberRole.OWNER


def can_create(actor: User | None) -> bool:
    """Administrators of the installation create organisations."""
    return actor is not None and actor.is_admin
