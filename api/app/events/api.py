"""Events, their people and history: the JSON door."""

from typing import Any

from flask import Response, after_this_request, request

from app.events.models import Event, RoleInvitation
from app.events.schemas import (
    EventIn,
    EventOut,
    EventPatch,
    HistoryOut,
    OwnEventOut,
    PersonOut,
    PublishedOut,
    RoleInvitationIn,
    RoleInvitationOut,
    RoleTakenOut,
    StateIn,
    as_values,
)
from app.events.services import events, get_event, invitations, lookup, roles, states
from app.events.shown import with_sentences
from app.organisations.models import Organisation
from app.organisations.schemas import CodeIn
from app.organisations.services import organisations
from app.utils.errors import Invalid, Stale
from app.utils.http import current_user, endpoint, find_current_user
from app.utils.pagination import Page
from app.utils.schemas import Query


@endpoint(query=Query, returns=PublishedOut, many=True, public=True)
def list_published(query: Query) -> Page[Any]:
    """List the published events that are not over"""
    return lookup.list_published(page=query.page, per_page=query.per_page)


@endpoint(returns=EventOut, public=True)
def show(event_key: str) -> Event:
    """Read an event"""
    event = get_event(find_current_user(), event_key)
    _add_etag(event)
    return event


@endpoint(query=Query, returns=OwnEventOut, many=True)
def list_of_organisation(organisation_key: str, query: Query) -> Page[Any]:
    """List an organisation's events"""
    organisation = _get_organisation(organisation_key)
    return lookup.list_of_organisation(current_user(), organisation, page=query.page, per_page=query.per_page)


@endpoint(body=EventIn, returns=EventOut, status=201, raises=(Invalid, events.KeyTaken))
def create(organisation_key: str, body: EventIn) -> Event:
    """Create an event"""
    event = events.create(current_user(), _get_organisation(organisation_key), **as_values(body))
    _add_etag(event)
    return event


@endpoint(body=EventPatch, returns=EventOut, raises=(events.KeyTaken, events.KeyFixed, Stale))
def edit(event_key: str, body: EventPatch) -> Event:
    """Change an event. With the `ETag` you read in `If-Match`, nobody's change is overwritten"""
    expected = (request.headers.get("If-Match") or "").removeprefix("W/").strip('"') or None
    event = events.edit(current_user(), _get(event_key), body.changes(), expected=expected)
    _add_etag(event)
    return event


@endpoint(body=StateIn, returns=EventOut, raises=(states.NoSuchStep,))
def move(event_key: str, body: StateIn) -> Event:
    """Publish, hide, cancel or archive an event. Cancelling tells everybody in it"""
    return states.move(current_user(), _get(event_key), body.state, note=body.note)


@endpoint(query=Query, returns=PersonOut, many=True)
def list_people(event_key: str, query: Query) -> Page[Any]:
    """List who has which role"""
    return roles.list_people(current_user(), _get(event_key), page=query.page, per_page=query.per_page)


@endpoint(raises=(roles.LastOrganiser,))
def remove_role(event_key: str, role_id: int) -> None:
    """Take somebody's role"""
    actor, event = current_user(), _get(event_key)
    roles.remove(actor, event, roles.get_role(actor, event, role_id))


@endpoint(query=Query, returns=RoleInvitationOut, many=True)
def list_invitations(event_key: str, query: Query) -> Page[Any]:
    """List the invitations to roles that wait to be accepted"""
    return invitations.list_invitations(
        current_user(), _get(event_key), page=query.page, per_page=query.per_page
    )


@endpoint(
    body=RoleInvitationIn,
    returns=RoleInvitationOut,
    status=201,
    raises=(invitations.AlreadyHasRole, invitations.AlreadyInvited),
)
def invite(event_key: str, body: RoleInvitationIn) -> RoleInvitation:
    """Invite somebody to a role"""
    return invitations.invite(current_user(), _get(event_key), email=body.email, role=body.role)


@endpoint(returns=RoleInvitationOut)
def resend_invitation(event_key: str, invitation_id: int) -> RoleInvitation:
    """Send an invitation to a role again, with a new link"""
    actor, event = current_user(), _get(event_key)
    return invitations.resend(actor, event, invitations.get_invitation(actor, event, invitation_id))


@endpoint()
def withdraw_invitation(event_key: str, invitation_id: int) -> None:
    """Withdraw an invitation to a role"""
    actor, event = current_user(), _get(event_key)
    invitations.withdraw(actor, event, invitations.get_invitation(actor, event, invitation_id))


@endpoint(
    body=CodeIn, returns=RoleTakenOut, raises=(invitations.InvitationExpired, invitations.AlreadyHasRole)
)
def join(event_key: str, body: CodeIn) -> dict[str, Any]:
    """Accept a role with the code of the mailed link"""
    row = invitations.accept(current_user(), event_key, body.code)
    return {"event_key": event_key, "role": row.role}


@endpoint(query=Query, returns=HistoryOut, many=True)
def show_history(event_key: str, query: Query) -> Page[Any]:
    """List who changed what in an event"""
    lines = lookup.list_history(current_user(), _get(event_key), page=query.page, per_page=query.per_page)
    return with_sentences(lines)


@endpoint(query=Query, returns=HistoryOut, many=True)
def show_organisation_history(organisation_key: str, query: Query) -> Page[Any]:
    """List who changed what in an organisation and its events"""
    organisation = _get_organisation(organisation_key)
    lines = organisations.list_history(current_user(), organisation, page=query.page, per_page=query.per_page)
    return with_sentences(lines)


def _get(key: str) -> Event:
    return get_event(current_user(), key)


def _get_organisation(key: str) -> Organisation:
    return organisations.get_organisation(current_user(), key)


def _add_etag(event: Event) -> None:
    @after_this_request
    def add(response: Response) -> Response:
        if response.status_code < 300:
            response.headers["ETag"] = f'"{events.revision_of(event)}"'
        return response
