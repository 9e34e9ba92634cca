"""What pages say of an event: its state towards applicants, its facts, its dates in words."""

from datetime import date, datetime
from typing import Any, NamedTuple

from babel.dates import format_skeleton

from app.audit.sentences import sentence_of
from app.events.models import Event, EventKind, EventPhase, EventState, PhaseKind
from app.events.policies import find_phase, is_open
from app.events.windows import sorted_phases
from app.utils.i18n import _, current_language, lazy_gettext, text_in
from app.utils.moments import clock, full_span, last_minute, reading_locale, window_span
from app.utils.pagination import Page

KIND_NAMES = {
    EventKind.SUMMER_SCHOOL: lazy_gettext("Summer school"),
    EventKind.CONFERENCE: lazy_gettext("Conference"),
    EventKind.WORKSHOP: lazy_gettext("Workshop"),
    EventKind.PROGRAMME: lazy_gettext("Programme"),
    EventKind.AWARD: lazy_gettext("Award"),
    EventKind.CALL: lazy_gettext("Call"),
}
PHASE_NAMES = {
    PhaseKind.APPLICATION: lazy_gettext("Applications"),
    PhaseKind.REVIEW: lazy_gettext("Review"),
    PhaseKind.OFFER: lazy_gettext("Offers"),
    PhaseKind.REGISTRATION: lazy_gettext("Registration"),
    PhaseKind.ATTENDANCE: lazy_gettext("Attendance"),
}
STATE_NAMES = {
    EventState.DRAFT: lazy_gettext("Draft"),
    EventState.PUBLISHED: lazy_gettext("Published"),
    EventState.UNLISTED: lazy_gettext("Unlisted"),
    EventState.CANCELLED: lazy_gettext("Cancelled"),
    EventState.ARCHIVED: lazy_gettext("Archived"),
}
FACT_ICONS = {"place": "pin", "dates": "calendar", "audience": "people", "costs": "card"}


class Call(NamedTuple):
    """The event's call as people see it: `state` is open, opening, closed, cancelled, archived or none."""

    state: str
    phase: EventPhase | None


class FactLine(NamedTuple):
    """A fact: an icon, a bold title and the text beneath."""

    icon: str
    title: str
    text: str
    title_language: str | None = None
    text_language: str | None = None


def kind_choices() -> list[tuple[str, str]]:
    """Value and words of every kind, for a list to choose from."""
    return [(kind.value, str(name)) for kind, name in KIND_NAMES.items()]


def call_of(event: Event, at: datetime) -> Call:
    """What somebody who would like to apply must know."""
    phase = find_phase(event, PhaseKind.APPLICATION)
    if event.state in (EventState.CANCELLED, EventState.ARCHIVED):
        return Call(event.state.value, phase)
    if phase is None:
        return Call("none", None)
    if is_open(event, PhaseKind.APPLICATION, at):
        return Call("open", phase)
    if at < phase.closes_at:  # to come, or a draft whose window has begun
        return Call("opening", phase)
    return Call("closed", phase)


def words(event: Event, texts: dict[str, Any] | None) -> str:
    """One of the event's texts in the reader's language, else in the event's first."""
    return text_in(texts, current_language(), event.languages)


def language_of(event: Event, texts: dict[str, Any] | None) -> str | None:
    """The language in which a text is shown, when it is not the page's: for the `lang` attribute."""
    here = current_language()
    if not texts or texts.get(here):
        return None
    return next((code for code in event.languages if texts.get(code)), None)


def fact_lines(event: Event) -> list[FactLine]:
    """Where, when, for whom, at what cost; what the organisers left out is said as far as the event knows it."""
    known = {
        "place": event.place,
        "dates": full_span(event.starts_on, event.ends_on),
        "audience": _("%(n)s places", n=event.places) if event.places else "",
        "costs": "",
    }
    lines = []
    for kind, title in known.items():
        told = [fact for fact in event.facts if fact["kind"] == kind] or [{"title": {}, "text": {}}]
        for fact in told:
            line = FactLine(
                FACT_ICONS[kind],
                words(event, fact.get("title")) or title,
                words(event, fact.get("text")),
                language_of(event, fact.get("title")),
                language_of(event, fact.get("text")),
            )
            if line.title or line.text:
                lines.append(line)
    return lines


def date_pairs(event: Event) -> list[tuple[str, str, bool]]:
    """Label, words, and whether it is now: what happens when, as applicants live it."""
    pairs: list[tuple[str, str, bool]] = []
    for phase in sorted_phases(event):
        span = window_span(phase.opens_at, phase.closes_at, event.zone)
        if phase.kind is PhaseKind.APPLICATION:
            pairs.append((_("Applications"), span, True))
        elif phase.kind is PhaseKind.OFFER:
            opens = phase.opens_at.astimezone(event.zone)
            day = format_skeleton("MMMMd", opens, locale=reading_locale())
            pairs.append((_("You hear from us"), _("by %(day)s", day=day), False))
        elif phase.kind is PhaseKind.REGISTRATION:
            pairs.append((_("Registration"), span, False))
    return pairs


def phase_lines(event: Event, at: datetime) -> list[dict[str, str]]:
    """All windows for the organisers' timeline: label, dates, and past, now or coming."""
    return [
        {
            "label": str(PHASE_NAMES[phase.kind]),
            "dates": window_span(phase.opens_at, phase.closes_at, event.zone),
            "state": "coming" if at < phase.opens_at else "now" if at < phase.closes_at else "past",
        }
        for phase in sorted_phases(event)
    ]


def last_day(phase: EventPhase, event: Event) -> date:
    """The last day of the window in the event's zone."""
    return last_minute(phase.closes_at, event.zone).date()


def last_clock(phase: EventPhase, event: Event) -> str:
    """The last minute of the window as the event's clocks show it: "23:59"."""
    return clock(last_minute(phase.closes_at, event.zone), event.zone)


def with_sentences(lines: Page[Any]) -> Page[Any]:
    """The lines of a history with their words in the reader's language."""
    items = [
        {
            **line._mapping,
            "actor_name": (line.actor_name or "").strip() or line.actor_email or "",
            "sentence": sentence_of(line.action),
        }
        for line in lines.items
    ]
    return Page(items, lines.total, lines.number, lines.per_page)
