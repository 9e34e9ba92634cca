"""The texts of an event's messages, and what was sent."""

from collections.abc import Mapping
from typing import Any

from app.emails import services as emails
from app.emails.layout import Frame, Framed
from app.events.models import Event
from app.events.policies import can_organise, can_read_event
from app.users.models import User
from app.utils.authorization import require
from app.utils.errors import Invalid
from app.utils.i18n import LANGUAGES, _
from app.utils.pagination import Page


def list_templates(actor: User, event: Event) -> list[emails.TemplateRow]:
    """All messages of an event, and where it has its own words."""
    require(can_read_event(actor, event))
    return emails.list_templates(event.organisation_id, event.id)


def get_template(actor: User, event: Event, name: str, language: str) -> emails.TemplateText:
    """The text in force for readers of `language`. Raises `UnknownTemplate`, `Invalid` for another language."""
    require(can_read_event(actor, event))
    _check_language(language)
    return emails.get_template(name, language, event.organisation_id, event.id, fallback=event.language)


def save_template(actor: User, event: Event, name: str, language: str, *, subject: str, body: str) -> None:
    """Put the event's own text in the place of the one in force. Raises `UnknownTemplate`, `UnusableText`."""
    require(can_organise(actor, event))
    _check_language(language)
    emails.save_template(
        actor,
        name,
        language,
        subject=subject,
        body=body,
        organisation_id=event.organisation_id,
        event_id=event.id,
    )


def reset_template(actor: User, event: Event, name: str, language: str) -> None:
    """Go back to the organisation's or the shipped text. Raises `UnknownTemplate`."""
    require(can_organise(actor, event))
    _check_language(language)
    emails.reset_template(actor, name, language, organisation_id=event.organisation_id, event_id=event.id)


def preview(
    actor: User,
    event: Event,
    name: str,
    language: str,
    *,
    subject: str,
    body: str,
    values: Mapping[str, Any] | None = None,
) -> Framed:
    """How the text would arrive, as if mailed to `actor`. Raises `UnknownTemplate`, `UnusableText`."""
    require(can_read_event(actor, event))
    _check_language(language)
    title, organisation = event.title_in(language), event.organisation
    known = {
        "event": title,
        "organisation": organisation.name,
        "contact": event.contact_email,
        "name": actor.given_name or actor.name,
    }
    fields = emails.get_template(name, language, event.organisation_id, event.id).fields
    return emails.preview(
        name,
        language,
        subject=subject,
        body=body,
        frame=Frame(title, organisation.name, event.contact_email, organisation.colour),
        values={**{key: text for key, text in known.items() if key in fields}, **(values or {})},
        event_id=event.id,
    )


def list_messages(
    actor: User, event: Event, *, address: str | None = None, page: int = 1, per_page: int = 50
) -> Page[Any]:
    """What was written to whom in the event's name, newest first."""
    require(can_read_event(actor, event))
    return emails.list_messages(event_id=event.id, address=address, page=page, per_page=per_page)


def get_message(actor: User, event: Event, message_id: int) -> emails.ReadMessage:
    """One message of the event, without the link that is for its reader alone. Raises `NotFound`."""
    require(can_read_event(actor, event))
    return emails.get_message(message_id, event_id=event.id)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Invalid(_("Choose from: %(codes)s.", codes=", ".join(LANGUAGES)))
