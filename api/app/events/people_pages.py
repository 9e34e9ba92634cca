"""Who works in an event, and what was changed in it by whom."""

from typing import Any

from app.audit.sentences import words_of
from app.events.models import Event, Role
from app.events.policies import can_organise, can_read_event
from app.events.schemas import RoleInvitationIn
from app.events.services import get_event, invitations, lookup, roles
from app.events.services.invitations import ROLE_NAMES
from app.events.shown import with_sentences
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import _
from app.utils.schemas import Query


@page("events/people.html", query=Query)
def list_people(event_key: str, query: Query, **_acted_on: int) -> dict[str, Any]:
    """Roles, open invitations, and the form that invites."""
    actor, event = current_user(), _get(event_key)
    return {
        "event": event,
        "organisation": event.organisation,
        "page": roles.list_people(actor, event, page=query.page, per_page=query.per_page),
        "invitations": invitations.list_invitations(actor, event, per_page=200).items,
        "may_change": can_organise(actor, event),
        "role_names": ROLE_NAMES,
        "roles": [(role.value, str(ROLE_NAMES[role])) for role in Role],
        "here": "people",
    }


@page(form=RoleInvitationIn, retry=list_people)
def invite(event_key: str, form: RoleInvitationIn) -> Any:
    """Invite somebody to a role."""
    event = _get(event_key)
    invitations.invite(current_user(), event, email=form.email, role=form.role)
    flash(_("We have written to %(email)s.", email=form.email), "success")
    return _back(event)


@page()
def resend_invitation(event_key: str, invitation_id: int) -> Any:
    """Mail the link again."""
    actor, event = current_user(), _get(event_key)
    invitation = invitations.get_invitation(actor, event, invitation_id)
    invitations.resend(actor, event, invitation)
    flash(
        _(
            "We have written to %(email)s again. The earlier link has stopped working.",
            email=invitation.email,
        ),
        "success",
    )
    return _back(event)


@page()
def withdraw_invitation(event_key: str, invitation_id: int) -> Any:
    """Take the invitation back."""
    actor, event = current_user(), _get(event_key)
    invitations.withdraw(actor, event, invitations.get_invitation(actor, event, invitation_id))
    flash(_("The invitation is withdrawn; its link does nothing now."), "success")
    return _back(event)


@page(retry=list_people)
def remove_role(event_key: str, role_id: int) -> Any:
    """Take somebody's role."""
    actor, event = current_user(), _get(event_key)
    roles.remove(actor, event, roles.get_role(actor, event, role_id))
    flash(_("The role is taken away. It acts at once."), "success")
    return _back(event) if can_read_event(actor, event) else redirect(f"/events/{event.key}")


@page("events/history.html", query=Query)
def show_history(event_key: str, query: Query) -> dict[str, Any]:
    """Who changed what, newest first."""
    actor, event = current_user(), _get(event_key)
    lines = lookup.list_history(actor, event, page=query.page, per_page=query.per_page)
    return {
        "event": event,
        "organisation": event.organisation,
        "page": with_sentences(lines),
        "words_of": words_of,
        "zone": event.zone,
        "here": "history",
    }


def _get(key: str) -> Event:
    return get_event(current_user(), key)


def _back(event: Event) -> Any:
    return redirect(f"/events/{event.key}/people")
