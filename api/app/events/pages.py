"""Events: the pages that everybody may see."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app

from app.events.calendars import make_calendar
from app.events.policies import can_read_event
from app.events.services import get_event, invitations, lookup
from app.events.services.invitations import ROLE_NAMES
from app.events.shown import (
    KIND_NAMES,
    call_of,
    date_pairs,
    fact_lines,
    language_of,
    last_clock,
    last_day,
    words,
)
from app.organisations.schemas import NewAccountForm
from app.users.door import sign_in
from app.users.services.accounts import find_user
from app.users.services.invited import register_invited
from app.utils.http import current_user, find_current_user, flash, page, redirect
from app.utils.i18n import _, current_language, lazy_gettext, text_in
from app.utils.links import public_link
from app.utils.schemas import Query
from app.utils.time import now

ROLE_DUTIES = {
    "organiser": lazy_gettext(
        "Organisers do everything in this event: form, applications, decisions, guests."
    ),
    "viewer": lazy_gettext("Viewers read what organisers read, and change nothing."),
    "reviewer": lazy_gettext("Reviewers read the applications that are given to them, and nothing else."),
    "treasurer": lazy_gettext("Treasurers look after fees, invoices and payments."),
    "registrar": lazy_gettext("Registrars look after guests, registrations, letters and attendance."),
    "desk": lazy_gettext("The desk checks people in when they arrive."),
}


@page("events/front.html", public=True, query=Query)
def front(query: Query) -> dict[str, Any]:
    """The published events, those one can apply to first."""
    found = lookup.list_published(page=query.page, per_page=query.per_page)
    groups: dict[str, list[Any]] = {"open": [], "opening": [], "later": []}
    at = now()
    for row in found.items:
        coming = row.opens_at is not None and row.opens_at > at
        groups["open" if row.is_open else "opening" if coming else "later"].append(row)
    return {
        "page": found,
        "groups": groups,
        "kind_names": KIND_NAMES,
        "in_words": _row_text,
        "language_of": language_of,
    }


@page("events/show.html", public=True)
def show(event_key: str) -> dict[str, Any]:
    """The event's public page."""
    viewer = find_current_user()
    event = get_event(viewer, event_key)
    call = call_of(event, now())
    return {
        "event": event,
        "organisation": event.organisation,
        "call": call,
        "last_day": last_day(call.phase, event) if call.phase else None,
        "last_clock": last_clock(call.phase, event) if call.phase else None,
        "facts": fact_lines(event),
        "pairs": date_pairs(event),
        "kind_name": KIND_NAMES[event.kind],
        "in_words": lambda texts: words(event, texts),
        "language_of": lambda texts: language_of(event, texts),
        "address": public_link(f"/events/{event.key}"),
        "works_here": can_read_event(viewer, event),
    }


@page(public=True)
def show_dates(event_key: str) -> Response:
    """The event's dates for a calendar."""
    event = get_event(find_current_user(), event_key)
    domain = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    response = Response(
        make_calendar(event, public_link(f"/events/{event.key}"), domain),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{event.key}.ics"'},
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@page("organisations/join.html", public=True)
def show_invitation(event_key: str, code: str) -> dict[str, Any]:
    """What the mailed link opens: who invites, to what, as what."""
    invitation = invitations.get_by_code(event_key, code)
    event = invitation.event
    return {
        "event": event,
        "organisation": event.organisation,
        "invitation": invitation,
        "place": words(event, event.titles),
        "role": ROLE_NAMES[invitation.role],
        "explanation": ROLE_DUTIES[invitation.role.value],
        "action": f"/events/{event.key}/join/{code}",
        "is_known": find_user(invitation.email) is not None,
    }


@page(retry=show_invitation)
def accept(event_key: str, code: str) -> Any:
    """Take the role."""
    row = invitations.accept(current_user(), event_key, code)
    return _welcome(event_key, row.role.value)


@page(form=NewAccountForm, retry=show_invitation, public=True)
def accept_as_new(event_key: str, code: str, form: NewAccountForm) -> Any:
    """Make an account with the address that was written to, and take the role."""
    invitation = invitations.get_by_code(event_key, code)
    organisation = invitation.event.organisation
    user = register_invited(
        email=invitation.email,
        password=form.password,
        given_name=form.given_name,
        family_name=form.family_name,
        language=current_language(),
        privacy_version=f"{organisation.key}:{organisation.privacy_version}",
    )
    row = invitations.accept(user, event_key, code)
    return sign_in(_welcome(event_key, row.role.value), user)


def _welcome(event_key: str, role: str) -> Any:
    flash(_("Thank you. The role is yours."), "success")
    reads = role in ("organiser", "viewer")
    return redirect(f"/events/{event_key}/people" if reads else f"/events/{event_key}")


def _row_text(row: Any, texts: dict[str, str]) -> str:
    return text_in(texts, current_language(), row.languages)
