"""Organisations: their pages. (The list of an organisation's events is in `events`, which stands above.)"""

from typing import Any

from flask import Response

from app.organisations.models import MemberRole, Organisation
from app.organisations.policies import can_create, can_own, is_member
from app.organisations.schemas import (
    MARKS,
    InvitationIn,
    MemberPatch,
    NewAccountForm,
    NewOrganisationForm,
    OrganisationForm,
)
from app.organisations.services import invitations, members, organisations
from app.organisations.services.invitations import ROLE_NAMES
from app.organisations.theme import make_stylesheet, theme_version
from app.users.door import sign_in
from app.users.services.accounts import find_user
from app.users.services.invited import register_invited
from app.utils.authorization import require
from app.utils.errors import NotFound
from app.utils.http import current_user, find_current_user, flash, page, redirect
from app.utils.i18n import LANGUAGES, _, current_language, lazy_gettext, text_in
from app.utils.schemas import Query

FOREVER = "public, max-age=31536000, immutable"
MARK_NAMES = {
    "lake": lazy_gettext("Lake"),
    "sun": lazy_gettext("Sun"),
    "tree": lazy_gettext("Tree"),
    "book": lazy_gettext("Book"),
    "star": lazy_gettext("Star"),
    "wave": lazy_gettext("Waves"),
}


@page("organisations/list.html", query=Query)
def list_mine(query: Query) -> dict[str, Any]:
    """The organisations in which the person works."""
    actor = current_user()
    mine = organisations.list_mine(actor, page=query.page, per_page=query.per_page)
    return {"page": mine, "can_create": can_create(actor), "role_names": ROLE_NAMES, "here": "organisations"}


@page("organisations/new.html")
def new() -> dict[str, Any]:
    """The form of a new organisation."""
    require(can_create(current_user()))
    return {"languages": LANGUAGES, "here": "organisations"}


@page(form=NewOrganisationForm, retry=new)
def create(form: NewOrganisationForm) -> Any:
    """Make an organisation."""
    organisation = organisations.create(current_user(), **form.model_dump())
    flash(_("%(name)s is ready. Invite the people who work with you.", name=organisation.name), "success")
    return redirect(f"/organisations/{organisation.key}/members")


@page("organisations/settings.html")
def settings(organisation_key: str) -> dict[str, Any]:
    """What the organisation is called and how it looks."""
    organisation = _get(organisation_key)
    return {
        "organisation": organisation,
        "languages": LANGUAGES,
        "marks": _mark_choices(),
        "here": "settings",
    }


@page(form=OrganisationForm, retry=settings)
def save_settings(organisation_key: str, form: OrganisationForm) -> Any:
    """Change the organisation."""
    organisation = _get(organisation_key)
    organisations.edit(current_user(), organisation, form.model_dump(exclude_unset=True))
    flash(_("Saved."), "success")
    return redirect(f"/organisations/{organisation.key}/settings")


@page("organisations/members.html", query=Query)
def list_members(organisation_key: str, query: Query, **_acted_on: int) -> dict[str, Any]:
    """Who works here, who is invited, and the form that invites."""
    actor, organisation = current_user(), _get(organisation_key)
    return {
        "organisation": organisation,
        "page": members.list_members(actor, organisation, page=query.page, per_page=query.per_page),
        "invitations": invitations.list_invitations(actor, organisation, per_page=200).items,
        "owns": can_own(actor, organisation),
        "role_names": ROLE_NAMES,
        "here": "members",
    }


@page(form=InvitationIn, retry=list_members)
def invite(organisation_key: str, form: InvitationIn) -> Any:
    """Invite a member."""
    organisation = _get(organisation_key)
    invitations.invite(current_user(), organisation, email=form.email, role=form.role)
    flash(_("We have written to %(email)s.", email=form.email), "success")
    return _back_to_members(organisation)


@page(retry=list_members)
def resend_invitation(organisation_key: str, invitation_id: int) -> Any:
    """Mail the link again."""
    actor, organisation = current_user(), _get(organisation_key)
    invitation = invitations.get_invitation(actor, organisation, invitation_id)
    invitations.resend(actor, organisation, invitation)
    flash(
        _(
            "We have written to %(email)s again. The earlier link has stopped working.",
            email=invitation.email,
        ),
        "success",
    )
    return _back_to_members(organisation)


@page(retry=list_members)
def withdraw_invitation(organisation_key: str, invitation_id: int) -> Any:
    """Take the invitation back."""
    actor, organisation = current_user(), _get(organisation_key)
    invitation = invitations.get_invitation(actor, organisation, invitation_id)
    invitations.withdraw(actor, organisation, invitation)
    flash(_("The invitation is withdrawn; its link does nothing now."), "success")
    return _back_to_members(organisation)


@page(form=MemberPatch, retry=list_members)
def change_member(organisation_key: str, member_id: int, form: MemberPatch) -> Any:
    """Make somebody an owner or an admin."""
    actor, organisation = current_user(), _get(organisation_key)
    member = members.get_member(actor, organisation, member_id)
    members.change_role(actor, organisation, member, form.role)
    flash(_("The role is changed. It acts at once."), "success")
    return _back_to_members(organisation)


@page(retry=list_members)
def remove_member(organisation_key: str, member_id: int) -> Any:
    """Take somebody's membership."""
    actor, organisation = current_user(), _get(organisation_key)
    members.remove(actor, organisation, members.get_member(actor, organisation, member_id))
    flash(_("The person is not a member any more."), "success")
    if is_member(actor, organisation):
        return _back_to_members(organisation)
    return redirect("/organisations")


@page("organisations/join.html", public=True)
def show_invitation(code: str) -> dict[str, Any]:
    """What the mailed link opens: who invites, to what, as what."""
    invitation = invitations.get_by_code(code)
    organisation = invitation.organisation
    return {
        "organisation": organisation,
        "invitation": invitation,
        "place": organisation.name,
        "role": ROLE_NAMES[invitation.role],
        "explanation": _explain(invitation.role),
        "action": f"/join/{code}",
        "is_known": find_user(invitation.email) is not None,
    }


@page(retry=show_invitation)
def accept(code: str) -> Any:
    """Become a member."""
    organisation = invitations.get_by_code(code).organisation
    invitations.accept(current_user(), code)
    return _welcome(organisation)


@page(form=NewAccountForm, retry=show_invitation, public=True)
def accept_as_new(code: str, form: NewAccountForm) -> Any:
    """Make an account with the address that was written to, and become a member."""
    invitation = invitations.get_by_code(code)
    organisation = invitation.organisation
    user = register_invited(
        email=invitation.email,
        password=form.password,
        given_name=form.given_name,
        family_name=form.family_name,
        language=current_language(),
        privacy_version=f"{organisation.key}:{organisation.privacy_version}",
    )
    invitations.accept(user, code)
    return sign_in(_welcome(organisation), user)


@page("organisations/privacy.html", public=True)
def show_privacy(organisation_key: str) -> dict[str, Any]:
    """The organisation's privacy policy."""
    organisation = organisations.get_public(organisation_key)
    text = text_in(organisation.privacy_policy, current_language(), organisation.languages)
    return {"organisation": organisation, "text": text}


@page(public=True)
def show_theme(organisation_key: str, version: str) -> Response:
    """The organisation's colour as a stylesheet; its address changes with the colour, so browsers keep it."""
    organisation = organisations.get_public(organisation_key)
    if not organisation.colour or version != theme_version(organisation.colour):
        raise NotFound(_("This colour is not used any more."))
    response = Response(make_stylesheet(organisation.colour), mimetype="text/css")
    response.headers["Cache-Control"] = FOREVER
    return response


def _get(key: str) -> Organisation:
    return organisations.get_organisation(find_current_user(), key)


def _back_to_members(organisation: Organisation) -> Any:
    return redirect(f"/organisations/{organisation.key}/members")


def _welcome(organisation: Organisation) -> Any:
    flash(_("Welcome to %(name)s.", name=organisation.name), "success")
    return redirect(f"/organisations/{organisation.key}")


def _explain(role: MemberRole) -> str:
    if role is MemberRole.OWNER:
        return _("Owners run the organisation: its members, its name and colours, and all of its events.")
    return _("Admins run all events of the organisation, its members, its name and colours.")


def _mark_choices() -> list[tuple[str, str]]:
    return [(mark, str(MARK_NAMES[mark])) for mark in MARKS]
