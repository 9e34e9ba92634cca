"""The texts of an event's messages, and what was sent: the pages."""

from typing import Any

from flask import Response, render_template
from pydantic import Field

from app.emails.services import UnusableText
from app.emails.shipped import TEMPLATES
from app.events.models import Event
from app.events.policies import can_organise
from app.events.schemas import MessageQuery, TemplateIn
from app.events.services import get_event, messages
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import LANGUAGES, _, current_language
from app.utils.schemas import Query

# The message itself brings its style along; nothing else may run or be fetched.
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"


class LanguageQuery(Query):
    """In which language to show a text."""

    language: str = Field(default="")


@page("events/messages.html")
def list_templates(event_key: str) -> dict[str, Any]:
    """All kinds of messages, and where the event has its own words."""
    event = _get(event_key)
    return {
        **_shared(event, "texts"),
        "rows": messages.list_templates(current_user(), event),
        "languages": LANGUAGES,
    }


@page("events/message_text.html", query=LanguageQuery)
def show_template(event_key: str, name: str, query: LanguageQuery) -> dict[str, Any]:
    """The text in force, to be changed."""
    actor, event = current_user(), _get(event_key)
    language = query.language or _own_language(event)
    text = messages.get_template(actor, event, name, language)
    base = f"/events/{event.key}/messages/{name}"
    return {
        **_shared(event, "texts"),
        "text": text,
        "language": language,
        "is_own": text.origin == "event" and text.language == language,
        "may_change": can_organise(actor, event),
        "base": base,
        "tabs": [
            {"label": LANGUAGES[code], "href": f"{base}?language={code}", "current": code == language}
            for code in dict.fromkeys([*event.languages, *LANGUAGES])
            if code in LANGUAGES
        ],
    }


@page("events/message_text.html")
def show_template_in(event_key: str, name: str, language: str) -> dict[str, Any]:
    """The same in a given language: shown again when a text was refused."""
    query = LanguageQuery(language=language)
    shown: dict[str, Any] = show_template.view(event_key=event_key, name=name, query=query)  # type: ignore[attr-defined]
    return shown


@page(form=TemplateIn, retry=show_template_in)
def save_template(event_key: str, name: str, language: str, form: TemplateIn) -> Any:
    """Put the event's own text in its place."""
    event = _get(event_key)
    messages.save_template(current_user(), event, name, language, subject=form.subject, body=form.body)
    flash(_("Saved. Messages from now on use this text."), "success")
    return redirect(f"/events/{event.key}/messages/{name}?language={language}")


@page()
def reset_template(event_key: str, name: str, language: str) -> Any:
    """Go back to the text that came before the event's own."""
    event = _get(event_key)
    messages.reset_template(current_user(), event, name, language)
    flash(_("This message has its earlier text again."), "success")
    return redirect(f"/events/{event.key}/messages/{name}?language={language}")


@page(form=TemplateIn)
def preview(event_key: str, name: str, language: str, form: TemplateIn) -> Response:
    """How the text would arrive, to be shown in a frame."""
    event = _get(event_key)
    try:
        framed = messages.preview(current_user(), event, name, language, subject=form.subject, body=form.body)
        html = framed.html
    except UnusableText as problem:
        html = render_template("events/unusable.html", problem=problem)
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@page("events/sent.html", query=MessageQuery)
def list_sent(event_key: str, query: MessageQuery) -> dict[str, Any]:
    """What was written to whom."""
    event = _get(event_key)
    found = messages.list_messages(
        current_user(), event, address=query.to or None, page=query.page, per_page=query.per_page
    )
    return {
        **_shared(event, "sent"),
        "page": found,
        "to": query.to,
        "titles": {name: str(kind.title) for name, kind in TEMPLATES.items()},
    }


@page("events/sent_message.html")
def show_sent(event_key: str, message_id: int) -> dict[str, Any]:
    """One message as it was written."""
    event = _get(event_key)
    message = messages.get_message(current_user(), event, message_id)
    return {**_shared(event, "sent"), "message": message, "text": message.text}


def _get(key: str) -> Event:
    return get_event(current_user(), key)


def _shared(event: Event, tab: str) -> dict[str, Any]:
    base = f"/events/{event.key}/messages"
    return {
        "event": event,
        "organisation": event.organisation,
        "kinds_tabs": [
            {"label": _("Texts"), "href": base, "current": tab == "texts"},
            {"label": _("Sent"), "href": f"{base}/sent", "current": tab == "sent"},
        ],
        "here": "messages",
    }


def _own_language(event: Event) -> str:
    here = current_language()
    return here if here in event.languages else event.language
