"""An organisation's events and history, and the form of a new event."""

from typing import Any

from app.audit.sentences import words_of
from app.events.schemas import NewEventForm, as_values
from app.events.services import events, lookup
from app.events.shown import KIND_NAMES, STATE_NAMES, kind_choices, with_sentences
from app.organisations.models import Organisation
from app.organisations.services import organisations
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import LANGUAGES, _, current_language, text_in
from app.utils.schemas import Query
from app.utils.zones import zone_choices


@page("organisations/show.html", query=Query)
def show(organisation_key: str, query: Query) -> dict[str, Any]:
    """The organisation's events."""
    actor, organisation = current_user(), _get(organisation_key)
    return {
        "organisation": organisation,
        "page": lookup.list_of_organisation(actor, organisation, page=query.page, per_page=query.per_page),
        "kind_names": KIND_NAMES,
        "state_names": STATE_NAMES,
        "in_words": lambda row: text_in(row.titles, current_language(), row.languages),
        "here": "events",
    }


@page("events/new.html")
def new(organisation_key: str) -> dict[str, Any]:
    """The form of a new event."""
    organisation = _get(organisation_key)
    zone = current_user().time_zone or "UTC"
    return {
        "organisation": organisation,
        "kinds": kind_choices(),
        "zones": zone_choices(now=zone, anywhere=True),
        "zone": zone,
        "languages": LANGUAGES,
        "here": "events",
    }


@page(form=NewEventForm, retry=new)
def create(organisation_key: str, form: NewEventForm) -> Any:
    """Make an event."""
    event = events.create(current_user(), _get(organisation_key), **as_values(form))
    flash(_("The event is a draft that only you and your colleagues see. Say what it is about."), "success")
    return redirect(f"/events/{event.key}/settings")


@page("events/history.html", query=Query)
def show_history(organisation_key: str, query: Query) -> dict[str, Any]:
    """Who changed what in the organisation and its events."""
    actor, organisation = current_user(), _get(organisation_key)
    lines = organisations.list_history(actor, organisation, page=query.page, per_page=query.per_page)
    return {
        "organisation": organisation,
        "page": with_sentences(lines),
        "words_of": words_of,
        "zone": actor.time_zone or "UTC",
        "here": "history",
    }


def _get(key: str) -> Organisation:
    return organisations.get_organisation(current_user(), key)
