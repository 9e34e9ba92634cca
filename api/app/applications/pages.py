"""One's own application: the pages. Everything works without JavaScript; `static/js/form.js` saves while one types."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.applications import services
from app.applications.models import Application, ApplicationState
from app.applications.outline import Outline, SectionLine, make_outline, outline_of
from app.applications.policies import can_apply, can_change
from app.applications.schemas import PageSavedOut, PageSaveIn, SectionQuery
from app.events.models import Event, PhaseKind
from app.events.policies import find_phase
from app.events.services import get_event
from app.forms import services as forms
from app.forms.engine import display
from app.utils.errors import Conflict, NotFound
from app.utils.http import current_user, endpoint, flash, page, redirect
from app.utils.i18n import _, current_language, lazy_gettext
from app.utils.moments import clock, last_minute
from app.utils.time import now


class OtherAccount(Conflict):
    """Another account is signed in than the one that typed the answers."""

    code = "other-account"
    title = lazy_gettext("Somebody else is signed in")


@page("applications/overview.html")
def overview(event_key: str) -> dict[str, Any]:
    """The way in; then all sections; then what was submitted."""
    event = get_event(current_user(), event_key)
    application = services.find_own(current_user(), event)
    if application is None:
        version = services.find_application_form(event)
        return {**_frame(event), "form": forms.compiled(version) if version else None}
    frame = _frame(event, application)
    if application.submitted is not None and not frame["may_change"]:
        return {**frame, "outline": make_outline(event.key, application.submitted)}
    return {**frame, "outline": outline_of(application, event.key)}


@page(retry=overview)
def start(event_key: str) -> Any:
    """Begin, and go to the first section."""
    event = get_event(current_user(), event_key)
    try:
        application = services.start(current_user(), event)
    except services.AlreadyBegun:
        return redirect(_overview_href(event_key))
    return redirect(outline_of(application, event_key).sections[0].href)


@page("applications/section.html", query=SectionQuery)
def section(event_key: str, section_key: str, query: SectionQuery) -> Any:
    """One section to fill."""
    event = get_event(current_user(), event_key)
    application = services.get_own(current_user(), event)
    # What was sent a moment too late is shown again, so that its text is not lost.
    is_late = request.method == "GET" and not can_change(application, event, now())
    if application.draft is None or is_late:
        return redirect(_overview_href(event_key))
    outline = outline_of(application, event_key)
    place = _find_section(outline, section_key)
    shown = outline.form.section(section_key)
    assert shown is not None  # noqa: S101  # the outline holds the form's own sections
    return {
        **_frame(event, application),
        "outline": outline,
        "step": place,
        "section": shown,
        "before": outline.neighbour(place, -1),
        "after": outline.neighbour(place, 1),
        "display": display,
        "elsewhere": _answers_elsewhere(outline, section_key),
        "revision": application.draft.revision,
        "saved_at": application.draft.updated_at if application.draft.revision else None,
        **({"errors": outline.errors_in(shown)} if query.check else {}),
    }


@page("applications/section.html", retry=section)
def save_section(event_key: str, section_key: str) -> Any:
    """Save a section as its controls stand, and go on; unless something in it needs the person."""
    saved = services.save(
        current_user(),
        event_key,
        fields=request.form,
        base_revision=request.form.get("revision", type=int),
        keep_good=True,
    )
    context = section.view(event_key, section_key, SectionQuery(check=True))  # type: ignore[attr-defined]
    if not isinstance(context, dict):
        return context
    errors = {**context["errors"], **saved.errors}
    if errors:
        return {**context, "errors": errors, "refused": saved.errors, "values": request.form}
    following: SectionLine | None = context["after"]
    return redirect(following.href if following else _check_href(event_key))


@endpoint(body=PageSaveIn, returns=PageSavedOut, public=True)
def autosave(event_key: str, body: PageSaveIn) -> Any:
    """What the page's script sends while one types."""
    if body.account != current_user().id:
        raise OtherAccount(
            _(
                "Somebody else is signed in on this device now. Sign in again as yourself; your answers are kept here."
            )
        )
    return services.save(
        current_user(),
        event_key,
        fields=MultiDict(body.answers),
        base_revision=body.revision,
        save_id=body.save_id,
        keep_good=True,
    )


@page("applications/check.html")
def check(event_key: str) -> Any:
    """All answers before they are submitted, each with a way to change it."""
    event = get_event(current_user(), event_key)
    application = services.get_own(current_user(), event)
    if application.draft is None or not can_change(application, event, now()):
        return redirect(_overview_href(event_key))
    outline = outline_of(application, event_key)
    return {
        **_frame(event, application),
        "outline": outline,
        "revision": application.draft.revision,
        "errors": outline.result.errors,
    }


@page(retry=check)
def submit(event_key: str) -> Response:
    """Submit what the check page showed."""
    event = get_event(current_user(), event_key)
    services.submit(current_user(), event, revision=request.form.get("revision", type=int))
    return redirect(f"/events/{event_key}/apply/receipt")


@page("applications/receipt.html")
def receipt(event_key: str) -> Any:
    """What was submitted, to keep and to print."""
    event = get_event(current_user(), event_key)
    application = services.get_own(current_user(), event)
    if application.submitted is None or application.state is ApplicationState.WITHDRAWN:
        return redirect(_overview_href(event_key))
    return {**_frame(event, application), "outline": make_outline(event_key, application.submitted)}


@page(retry=overview)
def begin_changes(event_key: str) -> Response:
    """Make a draft beside what was submitted."""
    services.begin_changes(current_user(), get_event(current_user(), event_key))
    return redirect(_overview_href(event_key))


@page(retry=overview)
def discard_changes(event_key: str) -> Response:
    """Throw the draft away that stands beside what was submitted."""
    services.discard_changes(current_user(), get_event(current_user(), event_key))
    flash(_("Your changes are gone. What you submitted stays as it is."), "success")
    return redirect(_overview_href(event_key))


@page("applications/withdraw.html")
def ask_to_withdraw(event_key: str) -> Any:
    """What withdrawing means, before it is done."""
    event = get_event(current_user(), event_key)
    application = services.get_own(current_user(), event)
    if application.state is not ApplicationState.SUBMITTED:
        return redirect(_overview_href(event_key))
    return _frame(event, application)


@page(retry=ask_to_withdraw)
def withdraw(event_key: str) -> Response:
    """Take the application back."""
    services.withdraw(current_user(), get_event(current_user(), event_key))
    return redirect(_overview_href(event_key))


def _frame(event: Event, application: Application | None = None) -> dict[str, Any]:
    """What every page of an application shows around its own matter."""
    at = now()
    window = find_phase(event, PhaseKind.APPLICATION)
    return {
        "event": event,
        "organisation": event.organisation,
        "show_trail": True,
        "application": application,
        "is_open": can_apply(event, at),
        "may_change": application is not None and can_change(application, event, at),
        "window": window,
        "review": find_phase(event, PhaseKind.REVIEW),
        "offers": find_phase(event, PhaseKind.OFFER),
        "last_day": last_minute(window.closes_at, event.zone).date() if window else None,
        "at": at,
        "language": current_language(),
        "clock_of": lambda when: clock(when, current_user().time_zone or event.zone),
    }


def _find_section(outline: Outline, key: str) -> SectionLine:
    place = outline.find(key)
    if place is None:
        raise NotFound(_("This form has no such section, or your answers do not ask for it."))
    return place


def _answers_elsewhere(outline: Outline, section_key: str) -> dict[str, Any]:
    """The visible answers of other sections: what conditions on this page may depend on."""
    return {
        key: value
        for key, value in outline.answers.items()
        if key in outline.result.visible and outline.form.questions[key].section != section_key
    }


def _overview_href(event_key: str) -> str:
    return f"/events/{event_key}/apply"


def _check_href(event_key: str) -> str:
    return f"/events/{event_key}/apply/check"
