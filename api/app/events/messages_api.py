"""The texts of an event's messages, and what was sent: the JSON door."""

from typing import Any

from app.emails.services import TemplateText, UnknownTemplate, UnusableText
from app.events.models import Event
from app.events.schemas import (
    MessageOut,
    MessageQuery,
    PreviewOut,
    TemplateIn,
    TemplateOut,
    TemplateRowOut,
)
from app.events.services import get_event, messages
from app.utils.http import current_user, endpoint
from app.utils.pagination import Page


@endpoint(returns=TemplateRowOut, many=True)
def list_templates(event_key: str) -> Any:
    """List the kinds of messages"""
    return messages.list_templates(current_user(), _get(event_key))


@endpoint(returns=TemplateOut, raises=(UnknownTemplate,))
def show_template(event_key: str, name: str, language: str) -> dict[str, Any]:
    """Read the text in force in one language"""
    return _as_out(messages.get_template(current_user(), _get(event_key), name, language))


@endpoint(body=TemplateIn, returns=TemplateOut, raises=(UnknownTemplate, UnusableText))
def save_template(event_key: str, name: str, language: str, body: TemplateIn) -> dict[str, Any]:
    """Put the event's own text in its place"""
    actor, event = current_user(), _get(event_key)
    messages.save_template(actor, event, name, language, subject=body.subject, body=body.body)
    return _as_out(messages.get_template(actor, event, name, language))


@endpoint(raises=(UnknownTemplate,))
def reset_template(event_key: str, name: str, language: str) -> None:
    """Go back to the organisation's or the shipped text"""
    messages.reset_template(current_user(), _get(event_key), name, language)


@endpoint(body=TemplateIn, returns=PreviewOut, raises=(UnknownTemplate, UnusableText))
def preview(event_key: str, name: str, language: str, body: TemplateIn) -> Any:
    """See how a text would arrive, without saving it"""
    actor, event = current_user(), _get(event_key)
    return messages.preview(actor, event, name, language, subject=body.subject, body=body.body)


@endpoint(query=MessageQuery, returns=MessageOut, many=True)
def list_messages(event_key: str, query: MessageQuery) -> Page[Any]:
    """List what was written to whom"""
    return messages.list_messages(
        current_user(), _get(event_key), address=query.to or None, page=query.page, per_page=query.per_page
    )


def _get(key: str) -> Event:
    return get_event(current_user(), key)


def _as_out(text: TemplateText) -> dict[str, Any]:
    return {**vars(text), "fields": list(text.fields)}
