"""Queueing: a message is a row, rendered at once, so that it says what was true when it was caused."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from app.emails import layout, queries, settings
from app.emails.models import Message, MessageState
from app.emails.rendering import Fact, Value, render
from app.emails.services.texts import Texts
from app.emails.shipped import TEMPLATES, FieldKind, Scope, ShippedTemplate
from app.jobs import services as jobs
from app.utils.addresses import address_key
from app.utils.database import db
from app.utils.time import now

DELIVER = "emails.deliver"
DEADLINES = ("expires", "closes")
Given = str | int | datetime | Iterable[Fact] | None

_muted: ContextVar[bool] = ContextVar("muted", default=False)


class Addressee(Protocol):
    """Somebody with an account."""

    id: Any
    email: Any


class EventLike(Protocol):
    """What a message needs to know of an event."""

    id: Any
    organisation_id: Any
    contact_email: Any

    @property
    def language(self) -> str: ...
    @property
    def zone(self) -> ZoneInfo: ...
    def title_in(self, language: str) -> str: ...


class OrganisationLike(Protocol):
    """What a message needs to know of an organisation."""

    id: Any


@dataclass
class OtherMailbox:
    """An account's person at an address that is not, or no longer, the account's: erased with the account."""

    id: int
    email: str


@dataclass(frozen=True)
class Recipient:
    """One of many: `to` an address or an account, in `language`, with the values that differ from person to person."""

    to: str | Addressee
    language: str
    context: Mapping[str, Given] = field(default_factory=dict)


def queue(
    template: str,
    *,
    to: str | Addressee,
    language: str,
    event: EventLike | None = None,
    organisation: OrganisationLike | None = None,
    **context: Given,
) -> None:
    """Write a message into the outbox; a worker sends it once the change that causes it is committed.

    `to` is an address, or an account (then the message shows in the account's history). `context` holds exactly the
    fields that the template declares (`shipped.TEMPLATES`), optional ones as they please: texts, numbers, moments (shown
    in the event's zone), for `answers` pairs of label and text. The template's scope says whether an event or an
    organisation must be given. Raises KeyError for an unknown template, TypeError for a missing or unknown field.
    """
    _write(template, [Recipient(to, language, context)], event, organisation, is_bulk=False)


def queue_many(
    template: str,
    recipients: Iterable[Recipient],
    *,
    event: EventLike | None = None,
    organisation: OrganisationLike | None = None,
    **shared: Given,
) -> int:
    """Queue one message for each of `recipients`, with `shared` values for all, in few statements; how many.

    They give way to single messages: a password is not kept waiting behind a thousand decisions.
    """
    everyone = [Recipient(one.to, one.language, {**shared, **one.context}) for one in recipients]
    _write(template, everyone, event, organisation, is_bulk=True)
    return len(everyone)


@contextmanager
def muted() -> Iterator[None]:
    """Queue nothing inside the block: for demonstration data, which is made by the same services as people use."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def _write(
    template: str,
    recipients: list[Recipient],
    event: EventLike | None,
    organisation: OrganisationLike | None,
    *,
    is_bulk: bool,
) -> None:
    kind = TEMPLATES[template]
    _check_scope(kind, event, organisation)
    if _muted.get() or not recipients:
        return
    organisation_id = event.organisation_id if event else organisation.id if organisation else None
    press = _Press(kind, event, organisation_id)
    db.session.execute(insert(Message), [press.print(one, is_bulk) for one in recipients])
    jobs.defer(DELIVER)


def _check_scope(
    kind: ShippedTemplate, event: EventLike | None, organisation: OrganisationLike | None
) -> None:
    if kind.scope is Scope.EVENT and event is None:
        raise TypeError(f"{kind.name} is sent in the name of an event.")
    if kind.scope is Scope.ORGANISATION and organisation is None and event is None:
        raise TypeError(f"{kind.name} is sent in the name of an organisation.")


class _Press:
    """Makes rows for the outbox from one template; reads the organisation and the texts in force once."""

    def __init__(self, kind: ShippedTemplate, event: EventLike | None, organisation_id: int | None) -> None:
        self.kind = kind
        self.event = event
        self.sender = queries.get_sender(organisation_id) if organisation_id is not None else None
        fallback = event.language if event else self.sender.language if self.sender else "en"
        self.texts = Texts(organisation_id, event.id if event else None, fallback, names=(kind.name,))
        self.contact = event.contact_email if event else self.sender.contact_email if self.sender else ""
        self.zone = event.zone if event else ZoneInfo("UTC")
        self.domain = settings.sender_address().rpartition("@")[2]

    def print(self, one: Recipient, is_bulk: bool) -> dict[str, Any]:
        source, language, _origin = self.texts.find(self.kind.name, one.language)
        values = self._values(one.context, language)
        framed = layout.put_in_frame(render(source, values), self._frame(language), language)
        address, user_id = (one.to, None) if isinstance(one.to, str) else (one.to.email, one.to.id)
        moment = now()
        return {
            "template": self.kind.name,
            "message_id": f"<{uuid.uuid4().hex}@{self.domain}>",
            "to_address": address,
            "to_key": address_key(address),
            "to_user_id": user_id,
            "organisation_id": self.sender.id if self.sender else None,
            "event_id": self.event.id if self.event else None,
            "language": language,
            "sender_name": self.sender.name if self.sender else layout.MARULA,
            "reply_to": self.contact,
            "subject": framed.subject,
            "text": framed.text,
            "html": framed.html,
            "secret": str(values["link"]) if self.kind.is_secret else None,
            "is_bulk": is_bulk,
            "state": MessageState.QUEUED,
            "attempts": 0,
            "created_at": moment,
            "next_attempt_at": moment,
        }

    def _frame(self, language: str) -> layout.Frame:
        if self.sender is None:
            return layout.Frame(layout.MARULA)
        title = self.event.title_in(language) if self.event else self.sender.name
        return layout.Frame(title, self.sender.name, self.contact, self.sender.colour)

    def _values(self, given: Mapping[str, Given], language: str) -> dict[str, Value]:
        declared = self.kind.fields
        unknown = set(given) - set(declared)
        missing = {name for name, one in declared.items() if one.required and given.get(name) in (None, "")}
        if unknown or missing:
            raise TypeError(f"{self.kind.name}: unknown {sorted(unknown)}, missing {sorted(missing)}")
        values = {name: self._value(name, given.get(name), language) for name in declared}
        if self.event:
            values["event"] = self.event.title_in(language)
        if self.sender:
            values |= {"organisation": self.sender.name, "contact": self.contact}
        for name, one in declared.items():
            if one.kind is FieldKind.LINK and not str(values[name]).startswith(("https://", "http://")):
                raise ValueError(f"{self.kind.name}: {name} is not a web address")
        if self.kind.scope is Scope.INSTALLATION:
            values["name"] = harmless_name(str(values["name"]))
        return values

    def _value(self, name: str, given: Given, language: str) -> Value:
        if given is None:
            return ""
        if isinstance(given, datetime):
            # A deadline ends at 24:00; people read 23:59.
            return layout.moment_in_words(given, self.zone, language, closing=name in DEADLINES)
        if isinstance(given, str | int):
            return str(given).strip()
        return [(label, text) for label, text in given]


def harmless_name(name: str) -> str:
    """`name`, or nothing if it is an advertisement: anybody can register anybody's address under any name."""
    return "" if len(name) > 60 or re.search(r"[/@:\n]|\w\.\w\w", name) else name


def without_secret(text: str, secret: str | None) -> str:
    """`text` with the secret link taken out."""
    if not secret:
        return text
    return text.replace(escape(secret), "…").replace(secret, "…")
