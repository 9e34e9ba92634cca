"""Who may do what in an organisation."""

from app.organisations.models import MemberRole, Organisation
from app.organisations.queries import find_role
from app.users.models import User


def is_member(actor: User | None, organisation: Organisation) -> bool:
    """Owners and admins see the organisation; for others it is not there."""
    return actor is not None and find_role(actor.id, organisation.id) is not None


def can_manage(actor: User | None, organisation: Organisation) -> bool:
    """Owners and admins do everything in its events, its members and its branding."""
    return is_member(actor, organisation)


def can_own(actor: User | None, organisation: Organisation) -> bool:
    """Owners alone give and take ownership."""
    return actor is not None and find_role(actor.id, organisation.id) is MemberRole.OWNER


def can_change_member(actor: User | None, organisation: Organisation, *roles: MemberRole) -> bool:
    """Whether the person may give or take all of `roles`: admins touch admins, only owners touch owners."""
    return can_own(actor, organisation) or (can_manage(actor, organisation) and MemberRole.OWNER not in roles)


def can_create(actor: User | None) -> bool:
    """Administrators of the installation create organisations."""
    return actor is not None and actor.is_admin
