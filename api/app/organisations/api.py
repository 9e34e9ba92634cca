"""Organisations: the JSON door."""

from typing import Any

from app.organisations.models import Member, MemberInvitation, Organisation
from app.organisations.schemas import (
    CodeIn,
    InvitationIn,
    InvitationOut,
    JoinedOut,
    MemberOut,
    MemberPatch,
    MembershipOut,
    OrganisationIn,
    OrganisationOut,
    OrganisationPatch,
)
from app.organisations.services import invitations, members, organisations
from app.utils.errors import Forbidden, NotFound
from app.utils.http import current_user, endpoint
from app.utils.pagination import Page
from app.utils.schemas import Query

LINK_ERRORS = (NotFound, invitations.InvitationExpired, invitations.AlreadyMember)


@endpoint(query=Query, returns=MembershipOut, many=True)
def list_mine(query: Query) -> Page[Any]:
    """List the organisations in which you work"""
    return organisations.list_mine(current_user(), page=query.page, per_page=query.per_page)


@endpoint(
    body=OrganisationIn, returns=OrganisationOut, status=201, raises=(Forbidden, organisations.KeyTaken)
)
def create(body: OrganisationIn) -> Organisation:
    """Create an organisation (administrators of the installation)"""
    return organisations.create(current_user(), **body.model_dump())


@endpoint(returns=OrganisationOut)
def show(organisation_key: str) -> Organisation:
    """Read an organisation"""
    return organisations.get_organisation(current_user(), organisation_key)


@endpoint(body=OrganisationPatch, returns=OrganisationOut)
def edit(organisation_key: str, body: OrganisationPatch) -> Organisation:
    """Change an organisation"""
    actor, organisation = current_user(), _get(organisation_key)
    return organisations.edit(actor, organisation, body.model_dump(exclude_unset=True))


@endpoint(query=Query, returns=MemberOut, many=True)
def list_members(organisation_key: str, query: Query) -> Page[Any]:
    """List the members"""
    organisation = _get(organisation_key)
    return members.list_members(current_user(), organisation, page=query.page, per_page=query.per_page)


@endpoint(body=MemberPatch, returns=MemberOut, raises=(members.LastOwner,))
def change_member(organisation_key: str, member_id: int, body: MemberPatch) -> Any:
    """Change a member's role"""
    actor, organisation = current_user(), _get(organisation_key)
    member = members.get_member(actor, organisation, member_id)
    members.change_role(actor, organisation, member, body.role)
    return members.get_row(organisation, member)


@endpoint(raises=(members.LastOwner,))
def remove_member(organisation_key: str, member_id: int) -> None:
    """Remove a member"""
    actor, organisation = current_user(), _get(organisation_key)
    members.remove(actor, organisation, members.get_member(actor, organisation, member_id))


@endpoint(query=Query, returns=InvitationOut, many=True)
def list_invitations(organisation_key: str, query: Query) -> Page[Any]:
    """List the invitations that wait to be accepted"""
    organisation = _get(organisation_key)
    return invitations.list_invitations(
        current_user(), organisation, page=query.page, per_page=query.per_page
    )


@endpoint(
    body=InvitationIn,
    returns=InvitationOut,
    status=201,
    raises=(invitations.AlreadyMember, invitations.AlreadyInvited),
)
def invite(organisation_key: str, body: InvitationIn) -> MemberInvitation:
    """Invite somebody to become a member"""
    organisation = _get(organisation_key)
    return invitations.invite(current_user(), organisation, email=body.email, role=body.role)


@endpoint(returns=InvitationOut)
def resend_invitation(organisation_key: str, invitation_id: int) -> MemberInvitation:
    """Send an invitation again, with a new link"""
    actor, organisation = current_user(), _get(organisation_key)
    invitation = invitations.get_invitation(actor, organisation, invitation_id)
    return invitations.resend(actor, organisation, invitation)


@endpoint()
def withdraw_invitation(organisation_key: str, invitation_id: int) -> None:
    """Withdraw an invitation"""
    actor, organisation = current_user(), _get(organisation_key)
    invitations.withdraw(actor, organisation, invitations.get_invitation(actor, organisation, invitation_id))


@endpoint(body=CodeIn, returns=JoinedOut, raises=LINK_ERRORS)
def join(body: CodeIn) -> dict[str, Any]:
    """Accept an invitation with the code of its link"""
    organisation = invitations.get_by_code(body.code).organisation
    member: Member = invitations.accept(current_user(), body.code)
    return {"organisation_key": organisation.key, "role": member.role}


def _get(key: str) -> Organisation:
    return organisations.get_organisation(current_user(), key)
