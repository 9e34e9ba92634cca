"""Invited guests: the guest's own pages, from the mailed link or signed in.

Nothing changes by opening the link: it shows who invites to what, and two buttons that lead to forms.
"""

from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from app.invited_guests import services, words
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.policies import can_answer, is_expired, is_holder, is_over
from app.invited_guests.schemas import AcceptanceIn, DeclineIn
from app.users import door
from app.utils.http import current_user, find_current_user, flash, page, redirect
from app.utils.i18n import _, current_language, text_in
from app.utils.moments import long_span
from app.utils.time import now

Context = dict[str, Any]


@page("invited_guests/invitation.html", public=True)
def show(secret: str = "", event_key: str = "") -> Context:
    """The invitation"""
    guest = _find(secret, event_key)
    return {**_place(guest, secret), "stage": _stage(guest)}


@page("invited_guests/accept.html", public=True)
def show_accept(secret: str = "", event_key: str = "") -> Context | Response:
    """Accept: consent, and a password for whoever is not signed in"""
    guest = _find(secret, event_key)
    if not can_answer(guest, now()) or guest.state is GuestState.ACCEPTED:
        return redirect(_base(guest, secret))
    organisation = guest.event.organisation
    return {
        **_place(guest, secret),
        "needed": services.find_needed_password(guest, find_current_user()),
        "policy": text_in(organisation.privacy_policy, current_language(), organisation.languages),
    }


@page(form=AcceptanceIn, public=True, retry=show_accept)
def accept(form: AcceptanceIn, secret: str = "", event_key: str = "") -> Response:
    """Accept the invitation; whoever was not signed in is now"""
    actor = find_current_user()
    guest = _find(secret, event_key, to_answer=True)
    account = services.accept(
        guest, actor, agrees=form.agrees, password=form.password, visitor=door.current_visitor()
    )
    flash(_("Thank you. We look forward to seeing you."), "success")
    response = redirect(_base(guest, secret))
    return response if actor else door.sign_in(response, account)


@page("invited_guests/decline.html", public=True)
def show_decline(secret: str = "", event_key: str = "") -> Context | Response:
    """Decline, with a reason if one likes"""
    guest = _find(secret, event_key)
    if not can_answer(guest, now()) or guest.state is GuestState.DECLINED:
        return redirect(_base(guest, secret))
    return _place(guest, secret)


@page(form=DeclineIn, public=True, retry=show_decline)
def decline(form: DeclineIn, secret: str = "", event_key: str = "") -> Response:
    """Decline the invitation"""
    guest = _find(secret, event_key, to_answer=True)
    services.decline(guest, find_current_user(), reason=form.reason)
    return redirect(_base(guest, secret))


def _find(secret: str, event_key: str, *, to_answer: bool = False) -> InvitedGuest:
    if secret:
        return services.get_by_secret(secret, to_answer=to_answer)
    return services.get_own(current_user(), event_key, to_answer=to_answer)


def _place(guest: InvitedGuest, secret: str) -> Context:
    event, language = guest.event, current_language()
    return {
        "organisation": event.organisation,
        "event": event,
        "guest": guest,
        "role": words.within_sentence(words.role_in(event, guest.role, language)),
        "dates": long_span(event.starts_on, event.ends_on),
        "paid": words.paid_sentence(guest.pays) if guest.pays else "",
        "town": event.place.partition(",")[0].strip(),
        "base": _base(guest, secret),
        "is_own": is_holder(find_current_user(), guest),
    }


def _base(guest: InvitedGuest, secret: str) -> str:
    if secret:
        return url_for("invited_guests.guest_pages.show", secret=secret)
    return url_for("invited_guests.guest_pages.show", event_key=guest.event.key)


def _stage(guest: InvitedGuest) -> str:
    """What the page is about: an answer to give or given, or why there is none to give any more."""
    if guest.state is GuestState.REMOVED:
        return "removed"
    if is_over(guest.event, now()):
        return "over"
    return "expired" if is_expired(guest, now()) else str(guest.state)
