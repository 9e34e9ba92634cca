"""What organisers set of an event, a page a section."""

from typing import Any

from app.events.models import Event, EventState, PhaseKind
from app.events.policies import can_organise, can_read_event, find_phase
from app.events.schemas import COVERS, EventForm, StateIn
from app.events.services import events, get_event, states
from app.events.shown import PHASE_NAMES, STATE_NAMES, kind_choices
from app.events.windows import typed_window
from app.utils.authorization import require
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import LANGUAGES, _, lazy_gettext, ngettext
from app.utils.zones import zone_choices

COVER_NAMES = {
    "hills": lazy_gettext("Hills"),
    "shore": lazy_gettext("Shore"),
    "city": lazy_gettext("City"),
    "night": lazy_gettext("Night"),
}
SECTIONS = {
    "": lazy_gettext("Texts"),
    "/dates": lazy_gettext("Dates and phases"),
    "/place": lazy_gettext("Place and facts"),
    "/guest-roles": lazy_gettext("Guest roles"),
    "/state": lazy_gettext("State"),
}
BLANK_ROWS = 2


@page("events/settings_texts.html")
def texts(event_key: str) -> dict[str, Any]:
    """Title, summary and description in each language, side by side."""
    event = _get(event_key)
    return {**_shared(event, ""), "kinds": kind_choices(), "missing": _missing(event)}


@page(form=EventForm, retry=texts)
def save_texts(event_key: str, form: EventForm) -> Any:
    """Change the texts."""
    return _save(event_key, form, "")


@page("events/settings_dates.html")
def dates(event_key: str) -> dict[str, Any]:
    """Days, time zone and the five windows, as typed."""
    event = _get(event_key)
    typed = {kind: find_phase(event, kind) for kind in PhaseKind}
    return {
        **_shared(event, "/dates"),
        "zones": zone_choices(now=event.time_zone, anywhere=True),
        "phases": [
            (kind.value, str(PHASE_NAMES[kind]), typed_window(phase, event.zone) if phase else None)
            for kind, phase in typed.items()
        ],
    }


@page(form=EventForm, retry=dates)
def save_dates(event_key: str, form: EventForm) -> Any:
    """Change days, zone and windows."""
    return _save(event_key, form, "/dates")


@page("events/settings_place.html")
def place(event_key: str) -> dict[str, Any]:
    """Place, number of places, picture, contact address, and the lines of the public page."""
    event = _get(event_key)
    told = event.facts
    kinds = {
        "place": _("Where"),
        "dates": _("When"),
        "audience": _("For whom"),
        "costs": _("What is paid"),
    }
    return {
        **_shared(event, "/place"),
        "covers": [(cover, str(COVER_NAMES[cover])) for cover in COVERS],
        "facts": [
            (kind, label, fact)
            for kind, label in kinds.items()
            for fact in [each for each in told if each["kind"] == kind] or [{"title": {}, "text": {}}]
        ],
    }


@page(form=EventForm, retry=place)
def save_place(event_key: str, form: EventForm) -> Any:
    """Change place and facts."""
    return _save(event_key, form, "/place")


@page("events/settings_guest_roles.html")
def guest_roles(event_key: str) -> dict[str, Any]:
    """The roles as which guests are invited."""
    event = _get(event_key)
    blank = {"key": "", "label": {}}
    return {**_shared(event, "/guest-roles"), "rows": [*event.guest_roles, *[blank] * BLANK_ROWS]}


@page(form=EventForm, retry=guest_roles)
def save_guest_roles(event_key: str, form: EventForm) -> Any:
    """Change the guest roles."""
    return _save(event_key, form, "/guest-roles")


@page("events/settings_state.html")
def state(event_key: str) -> dict[str, Any]:
    """Where the event stands, where it can go, and what that does."""
    event = _get(event_key)
    told = states.count_told(current_user(), event)
    return {
        **_shared(event, "/state"),
        "state_names": STATE_NAMES,
        "steps": [
            (step.value, _step_name(step), _consequence(step, told)) for step in states.list_next(event)
        ],
    }


@page(form=StateIn, retry=state)
def move(event_key: str, form: StateIn) -> Any:
    """Publish, hide, cancel or archive."""
    event = states.move(current_user(), _get(event_key), form.state, note=form.note)
    sentences = {
        EventState.PUBLISHED: _("The event is published. It stands on the front page."),
        EventState.UNLISTED: _("The event can be seen by those who have its address."),
        EventState.CANCELLED: _("The event is cancelled, and everybody in it has been told."),
        EventState.ARCHIVED: _("The event is archived."),
    }
    flash(sentences[event.state], "success")
    return redirect(f"/events/{event.key}/settings/state")


def _get(key: str) -> Event:
    event = get_event(current_user(), key)
    require(can_read_event(current_user(), event))
    return event


def _shared(event: Event, section: str) -> dict[str, Any]:
    base = f"/events/{event.key}/settings"
    return {
        "event": event,
        "organisation": event.organisation,
        "languages": {code: LANGUAGES.get(code, code) for code in event.languages},
        "all_languages": LANGUAGES,
        "revision": events.revision_of(event),
        "may_change": can_organise(current_user(), event),
        "tabs": [
            {"label": str(label), "href": base + path, "current": path == section}
            for path, label in SECTIONS.items()
        ],
        "here": "settings",
    }


def _save(event_key: str, form: EventForm, section: str) -> Any:
    event = events.edit(
        current_user(), get_event(current_user(), event_key), form.changes(), expected=form.revision or None
    )
    flash(_("Saved."), "success")
    return redirect(f"/events/{event.key}/settings{section}")


def _missing(event: Event) -> list[tuple[str, list[str]]]:
    """By language, the texts that another language has and this one lacks."""
    names = {"titles": _("title"), "summaries": _("summary"), "descriptions": _("description")}
    found = []
    for code in event.languages:
        lacking = [
            name
            for field, name in names.items()
            if any(getattr(event, field).values()) and not getattr(event, field).get(code)
        ]
        if lacking:
            found.append((LANGUAGES.get(code, code), lacking))
    return found


def _step_name(step: EventState) -> str:
    return {
        EventState.PUBLISHED: _("Publish the event"),
        EventState.UNLISTED: _("Show it only to those who have the address"),
        EventState.CANCELLED: _("Cancel the event"),
        EventState.ARCHIVED: _("Archive the event"),
    }[step]


def _consequence(step: EventState, told: int) -> str:
    if step is EventState.PUBLISHED:
        return _(
            "Everybody sees it, it stands on the front page, and people can apply while applications are open."
        )
    if step is EventState.UNLISTED:
        return _(
            "It is not on the front page. Whoever has the address sees it and can apply while applications are open."
        )
    if step is EventState.CANCELLED:
        return ngettext(
            "Nobody can apply any more. We write to %(num)s person with a role, and to all applicants and guests. "
            "This cannot be taken back.",
            "Nobody can apply any more. We write to %(num)s people with a role, and to all applicants and guests. "
            "This cannot be taken back.",
            told,
        )
    return _("It leaves the front page and takes no applications. Everything in it stays readable.")
