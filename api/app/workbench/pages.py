"""The organisers' workbench: the HTML door."""

from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from pydantic import Field
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.applications.policies import is_late_to_verify
from app.decisions import services as decisions
from app.decisions.models import Verdict
from app.decisions.policies import can_decide, is_decidable
from app.decisions.schemas import Number, ReleaseIn
from app.events.models import Event
from app.events.services import get_event
from app.events.shown import phase_lines
from app.utils.errors import Invalid
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import _, current_language, lazy_gettext, ngettext
from app.utils.schemas import Input
from app.utils.spreadsheets import csv_response
from app.utils.time import now
from app.utils.wire import read_form
from app.workbench import services, words
from app.workbench.api import wanted
from app.workbench.schemas import Filters

Context = dict[str, Any]
Choice = Literal["accept", "waitlist", "reject", "clear"]


class PickedIn(Input):
    """Ticked rows, or with `everything` all that fit the filter in `query`, and what to draft for them."""

    sentences: ClassVar = {"verdict": lazy_gettext("Say what to draft: accept, waitlist or reject.")}

    applications: Annotated[list[Number], Field(default_factory=list, max_length=1_000)]
    everything: bool = False
    query: Annotated[str, Field(max_length=1_000)] = ""
    verdict: Choice


class ChoiceIn(Input):
    """What to draft for one application."""

    verdict: Choice
    rank: Number | None = None


@page("workbench/overview.html")
def overview(event_key: str) -> Context:
    """The event's home: where it stands, what needs somebody today."""
    event = get_event(current_user(), event_key)
    figures = services.summarise(current_user(), event)
    return {
        **_place(event, "overview"),
        "figures": figures,
        "needs": words.find_needs(event, figures, may_act=can_decide(current_user(), event)),
        "phases": phase_lines(event, now()),
        "points": words.running_total(figures.days),
        "places": words.largest_countries(figures.countries, current_language()),
        "activity": words.describe_activity(event, figures.activity, most=8),
        "this_moment": words.this_moment(event),
    }


@page("workbench/applications.html", query=Filters)
def index(event_key: str, query: Filters) -> Context:
    """The list of applications."""
    event = get_event(current_user(), event_key)
    found = services.list_applications(
        current_user(), event, wanted(query), number=query.page, per_page=query.per_page
    )
    return {
        **_place(event, "applications"),
        "found": found,
        "filters": query,
        "chips": words.make_chips(query, found.countries, current_language()),
        "summary": words.filter_sentence(query, current_language()),
        "asked": urlencode(_asked(query)),
        "kept": {name: value for name, value in _asked(query).items() if name not in ("q", "page")},
        "heads": words.table_heads(query),
        "may_decide": can_decide(current_user(), event),
    }


@page(form=PickedIn, retry=index)
def draft(event_key: str, form: PickedIn) -> Response:
    """Draft a verdict for the ticked rows."""
    event = get_event(current_user(), event_key)
    numbers = form.applications
    if form.everything:
        numbers = services.list_numbers(current_user(), event, wanted(_filters(form.query)))
    if not numbers:
        raise Invalid(_("Tick at least one application first."))
    verdict = None if form.verdict == "clear" else Verdict(form.verdict)
    done = decisions.draft(current_user(), event, numbers=numbers, verdict=verdict)
    flash(words.drafted(done), "success")
    address = url_for("workbench.pages.index", event_key=event.key)
    return redirect(f"{address}?{urlencode(_asked(_filters(form.query)))}")


@page(query=Filters)
def export(event_key: str, query: Filters) -> Response:
    """The list with all answers as CSV, for spreadsheets."""
    event = get_event(current_user(), event_key)
    table = services.export_applications(current_user(), event, wanted(query), current_language())
    return csv_response(f"{event.key}-applications.csv", table.heads, table.rows, bom=True)


@page("workbench/application.html")
def show(event_key: str, number: int) -> Context:
    """One application with everything that is known of it."""
    event = get_event(current_user(), event_key)
    dossier = services.get_dossier(current_user(), event, number)
    return {
        **_place(event, "applications"),
        "dossier": dossier,
        "application": dossier.application,
        "is_late": is_late_to_verify(dossier.application, now()),
        "sections": words.describe_answers(dossier, current_language()),
        "activity": words.describe_activity(event, dossier.history),
        "may_decide": can_decide(current_user(), event) and is_decidable(dossier.application),
    }


@page(form=ChoiceIn, retry=show)
def decide(event_key: str, number: int, form: ChoiceIn) -> Response:
    """Draft a verdict for one application."""
    event = get_event(current_user(), event_key)
    verdict = None if form.verdict == "clear" else Verdict(form.verdict)
    rank = form.rank if verdict is Verdict.WAITLIST else None
    done = decisions.draft(current_user(), event, numbers=[number], verdict=verdict, rank=rank)
    flash(words.drafted(done), "success")
    return redirect(url_for("workbench.pages.show", event_key=event.key, number=number))


@page("workbench/release.html")
def preview_release(event_key: str) -> Context:
    """What a release would do, before it is done."""
    event = get_event(current_user(), event_key)
    return {
        **_place(event, "decisions"),
        "preview": decisions.preview(current_user(), event),
        "verdicts": list(Verdict),
        "language_name": words.language_name,
        "releases": decisions.list_releases(current_user(), event),
        "may_decide": can_decide(current_user(), event),
    }


@page(form=ReleaseIn, retry=preview_release)
def release(event_key: str, form: ReleaseIn) -> Response:
    """Show the drafted decisions to their applicants."""
    event = get_event(current_user(), event_key)
    act = decisions.release(current_user(), event, expected=form.expected, newest=form.newest)
    number = sum(act.counts.values())
    sentence = ngettext(
        "One decision is released, and one message is on its way.",
        "%(num)s decisions are released, and as many messages are on their way.",
        number,
    )
    flash(sentence, "success")
    return redirect(url_for("workbench.pages.preview_release", event_key=event.key))


def _place(event: Event, here: str) -> Context:
    return {"event": event, "organisation": event.organisation, "here": here}


def _asked(query: Filters) -> dict[str, str]:
    """The filters as they stand in the address: only those that differ from what one gets anyway."""
    given = query.model_dump(mode="json", exclude_defaults=True)
    return {name: str(value) for name, value in given.items() if value not in (None, "")}


def _filters(address: str) -> Filters:
    return read_form(Filters, MultiDict(parse_qsl(address)))
