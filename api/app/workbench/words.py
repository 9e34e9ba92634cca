"""The sentences of the workbench: filters that read as one, what needs somebody today, answers for people."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate, groupby, islice
from typing import Any

from flask import url_for

from app.applications.models import ApplicationState
from app.audit.sentences import sentence_of
from app.decisions.services import Drafted
from app.events.models import Event, EventState, PhaseKind
from app.events.policies import find_phase, is_open
from app.forms.engine import display, visible
from app.invited_guests.models import GuestState
from app.utils.countries import country_name
from app.utils.i18n import _, lazy_gettext, ngettext
from app.utils.looks import address_with, number
from app.utils.moments import (
    day_and_time,
    days_left,
    in_zone,
    last_moment,
    reading_locale,
    stamp,
)
from app.utils.time import now
from app.workbench.schemas import DecisionFilter, Filters, Order
from app.workbench.services import Dossier, Overview

Chip = dict[str, Any]

STATES = {
    "submitted": lazy_gettext("submitted"),
    "draft": lazy_gettext("not submitted yet"),
    "withdrawn": lazy_gettext("withdrawn"),
    "any": lazy_gettext("in any state"),
}
DECISIONS = {
    "": lazy_gettext("any decision or none"),
    DecisionFilter.NONE: lazy_gettext("no decision"),
    DecisionFilter.DRAFTED: lazy_gettext("a drafted decision"),
    DecisionFilter.ACCEPT: lazy_gettext("“accept”"),
    DecisionFilter.WAITLIST: lazy_gettext("“waitlist”"),
    DecisionFilter.REJECT: lazy_gettext("“not selected”"),
    DecisionFilter.RELEASED: lazy_gettext("a released decision"),
}
ORDERS = {
    Order.NEWEST: lazy_gettext("newest first"),
    Order.OLDEST: lazy_gettext("oldest first"),
    Order.NAME: lazy_gettext("name"),
    Order.COUNTRY: lazy_gettext("country"),
    Order.NUMBER: lazy_gettext("number"),
}
CLOSING_SOON = 7  # days
MOST_COUNTRIES = 9


def make_chips(
    query: Filters, countries: Iterable[tuple[str | None, int]], language: str
) -> dict[str, tuple[str, list[Chip]]]:
    """For each part of the filter sentence: the words now, and the choices, each with its address."""
    state = query.wanted_state.value if query.wanted_state else "any"
    named = sorted(
        ((country_name(code, language), code, number) for code, number in countries if code),
        key=lambda each: each[0],
    )
    places = [_chip(_("any country"), "country", "", query.country == "")]
    places += [
        _chip(f"{name} ({number})", "country", code, query.country == code) for name, code, number in named
    ]
    return {
        "state": (
            str(STATES[state]),
            [_chip(str(text), "state", key, key == state) for key, text in STATES.items()],
        ),
        "country": (country_name(query.country, language) if query.country else _("any country"), places),
        "decision": (
            str(DECISIONS[query.decision or ""]),
            [
                _chip(str(text), "decision", str(key), key == (query.decision or ""))
                for key, text in DECISIONS.items()
            ],
        ),
        "sort": (
            str(ORDERS.get(query.sort) or ORDERS[Order(query.sort.removeprefix("-"))]),
            [_chip(str(text), "sort", key.value, key is query.sort) for key, text in ORDERS.items()],
        ),
    }


def _chip(label: str, name: str, value: str, current: bool) -> Chip:
    return {"label": label, "href": address_with({name: value or None, "page": None}), "current": current}


def filter_sentence(query: Filters, language: str) -> str:
    """The filter as one plain sentence, for phones."""
    state = STATES[query.wanted_state.value if query.wanted_state else "any"]
    parts = [str(state)]
    if query.country:
        parts.append(_("from %(country)s", country=country_name(query.country, language)))
    if query.decision:
        parts.append(_("with %(decision)s", decision=DECISIONS[query.decision]))
    if query.q:
        parts.append(_("found by “%(words)s”", words=query.q))
    sentence = ", ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def table_heads(query: Filters) -> list[dict[str, Any]]:
    """The heads of the list; a click orders by the column, a second turns it round."""
    return [
        _head(_("Applicant"), "name", query),
        {"label": _("Institution"), "classes": "wide"},
        _head(_("Country"), "country", query, "wide"),
        _head(_("Submitted"), "submitted", query, "wide"),
        {"label": _("Decision, draft")},
        {"label": _("Released"), "classes": "wide"},
    ]


def _head(label: str, column: str, query: Filters, classes: str = "") -> dict[str, Any]:
    rising, falling = query.sort.value == column, query.sort.value == f"-{column}"
    turned = f"-{column}" if rising else column
    sort = "ascending" if rising else "descending" if falling else None
    return {
        "label": label,
        "classes": classes,
        "sort": sort,
        "href": address_with({"sort": turned, "page": None}),
    }


def drafted(done: Drafted) -> str:
    """What a bulk act did, in words."""
    sentence = _("Nothing is changed.")
    if done.changed:
        sentence = ngettext("One decision is changed.", "%(num)s decisions are changed.", done.changed)
    if done.skipped:
        sentence += " " + _(
            "Left as they were, because they are not submitted: %(codes)s.",
            codes=", ".join(done.skipped[:10]),
        )
    return sentence


def running_total(days: Sequence[tuple[date, int]]) -> list[int]:
    """How many there were at the end of each day, days without any included."""
    if not days:
        return []
    numbers = dict(days)
    first, last = days[0][0], days[-1][0]
    every = [numbers.get(first + timedelta(days=step), 0) for step in range((last - first).days + 1)]
    return list(accumulate(every))


def largest_countries(countries: Iterable[tuple[str | None, int]], language: str) -> list[tuple[str, int]]:
    """Where most applications come from, by name; the rest in one line."""
    named = [(country_name(code, language), number) for code, number in countries if code]
    rest = sum(number for _name, number in named[MOST_COUNTRIES:])
    return named[:MOST_COUNTRIES] + ([(_("Elsewhere"), rest)] if rest else [])


def describe_answers(dossier: Dossier, language: str) -> list[dict[str, Any]]:
    """The answers section by section, as people read them; what was not asked is left out."""
    if dossier.response is None or dossier.form is None:
        return []
    given = dossier.response.answers
    seen = visible(dossier.form, given).visible
    sections = []
    for section in dossier.form.sections:
        asked = [question for question in section.questions if question.kind.asks and question.key in seen]
        rows = [
            {
                "label": question.label_in(language),
                "value": display(question, given.get(question.key), language),
            }
            for question in asked
        ]
        if rows:
            sections.append({"title": section.title_in(language), "rows": rows})
    return sections


def find_needs(event: Event, figures: Overview, *, may_act: bool) -> list[dict[str, str]]:
    """What needs somebody today: each with a sign, a sentence, and the act that mends it."""
    if not may_act:
        return []
    needs = [*_needs_before_the_call(event, figures), *_needs_of_the_call(event, figures)]
    waiting = figures.guests[GuestState.INVITED]
    if waiting:
        sentence = ngettext("One guest has not answered yet", "%(num)s guests have not answered yet", waiting)
        address = f"/events/{event.key}/invited-guests?state=invited"
        needs.append(_need("neutral", "ring", sentence, address, _("See who")))
    if figures.failed_messages:
        sentence = ngettext(
            "One message came back undelivered",
            "%(num)s messages came back undelivered",
            figures.failed_messages,
        )
        needs.append(_need("clay", "triangle", sentence, _messages(event), _("See them")))
    if not figures.mail_configured:
        sentence = _("No mail server is set up: messages wait and nobody gets them")
        needs.append(_need("clay", "triangle", sentence, _messages(event), _("See them")))
    return needs


def _needs_before_the_call(event: Event, figures: Overview) -> list[dict[str, str]]:
    needs = []
    if not figures.has_form:
        address = f"/events/{event.key}/form"
        needs.append(
            _need("fruit", "diamond", _("There is no application form yet"), address, _("Make the form"))
        )
    if find_phase(event, PhaseKind.APPLICATION) is None:
        sentence = _("Nobody can apply: the application phase has no dates")
        needs.append(_need("fruit", "diamond", sentence, _settings(event), _("Set the dates")))
    if event.state is EventState.DRAFT:
        sentence = _("The event is a draft: only its team sees it")
        needs.append(_need("neutral", "ring", sentence, _settings(event), _("Publish it")))
    return needs


def _needs_of_the_call(event: Event, figures: Overview) -> list[dict[str, str]]:
    needs = []
    phase = find_phase(event, PhaseKind.APPLICATION)
    if phase and is_open(event, PhaseKind.APPLICATION, now()) and days_left(phase.closes_at) <= CLOSING_SOON:
        when = in_zone(last_moment(phase.closes_at, event.zone), event.zone)
        drafts = figures.states.get(ApplicationState.DRAFT, 0)
        sentence = _(
            "Applications end on %(when)s; %(drafts)s are not submitted yet", when=when, drafts=drafts
        )
        address = url_for("workbench.pages.index", event_key=event.key, state="draft")
        needs.append(_need("fruit", "diamond", sentence, address, _("See who")))
    drafted_number = sum(figures.drafts.values())
    if drafted_number:
        sentence = ngettext(
            "One decision is drafted and not released",
            "%(num)s decisions are drafted and not released",
            drafted_number,
        )
        address = url_for("workbench.pages.preview_release", event_key=event.key)
        needs.append(_need("fruit", "diamond", sentence, address, _("Look and release")))
    return needs


def _need(colour: str, shape: str, sentence: str, address: str, act: str) -> dict[str, str]:
    return {"colour": colour, "shape": shape, "sentence": sentence, "href": address, "act": act}


def _messages(event: Event) -> str:
    return f"/events/{event.key}/messages"


def _settings(event: Event) -> str:
    return f"/events/{event.key}/settings"


def describe_activity(event: Event, lines: Iterable[Any], most: int | None = None) -> list[dict[str, str]]:
    """Audit lines as people read them, in the event's zone: what one person did many times in a row is one line."""
    alike = groupby(lines, key=lambda line: (line.actor_id, line.action))
    return [_describe_run(event, list(run)) for _key, run in islice(alike, most)]


def _describe_run(event: Event, run: Sequence[Any]) -> dict[str, str]:
    latest = run[0]
    what = sentence_of(latest.action)
    if len(run) > 1:
        what = _("%(what)s, %(count)s times", what=what, count=number(len(run)))
    return {
        "when": stamp(latest.at, event.zone),
        "who": (latest.actor_name or "").strip() or latest.actor_email or "Marula",
        "what": what,
    }


def this_moment(event: Event) -> str:
    """Now, on the event's clock."""
    return in_zone(day_and_time(now(), event.zone), event.zone)


def language_name(code: str) -> str:
    """The name of a language in the reader's own."""
    return str(reading_locale().languages.get(code, code))
