"""The texts: the shipped ones, and those that organisations and events put in their place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from app.audit import services as audit
from app.emails import layout
from app.emails.models import MessageTemplate
from app.emails.rendering import FIELD, Value, fields_in, fields_in_links, render
from app.emails.shipped import (
    TEMPLATES,
    FieldKind,
    MergeField,
    Scope,
    ShippedTemplate,
    Source,
    read_source,
    shipped_language,
)
from app.utils.database import db
from app.utils.errors import Invalid, NotFound
from app.utils.i18n import _, lazy_gettext


class UnknownTemplate(NotFound):
    """There is no message of this name."""

    code = "unknown-template"
    title = lazy_gettext("There is no such message")


class UnusableText(Invalid):
    """The text cannot be sent as it is; `errors` says why, by field."""

    code = "unusable-text"
    title = lazy_gettext("Please check the text")


@dataclass(frozen=True)
class TemplateRow:
    """A line of the list of messages: the languages in which the event, or its organisation, has its own text."""

    name: str
    title: str
    own_languages: Sequence[str]
    organisation_languages: Sequence[str]


@dataclass(frozen=True)
class TemplateText:
    """A text in force: `origin` is `event`, `organisation` or `shipped`, `language` the one it is written in."""

    name: str
    title: str
    language: str
    origin: str
    subject: str
    body: str
    fields: Mapping[str, MergeField]


def list_templates(organisation_id: int, event_id: int | None = None) -> list[TemplateRow]:
    """All messages that an event (or, without one, an organisation) may put in its own words. One query."""
    own: dict[str, list[str]] = {}
    lent: dict[str, list[str]] = {}
    for row in _find_rows(organisation_id, event_id):
        target = own if row.event_id == event_id else lent
        target.setdefault(row.name, []).append(row.language)
    return [
        TemplateRow(
            kind.name, str(kind.title), sorted(own.get(kind.name, ())), sorted(lent.get(kind.name, ()))
        )
        for kind in TEMPLATES.values()
        if kind.scope in _scopes(event_id)
    ]


def get_template(
    name: str, language: str, organisation_id: int, event_id: int | None = None, *, fallback: str = "en"
) -> TemplateText:
    """The text that a reader of `language` gets; `fallback` is the event's (or organisation's) first language.

    The chain: the event's text in the language, in its first language, the organisation's likewise, the shipped one.
    Raises `UnknownTemplate`.
    """
    kind = _get_kind(name, event_id)
    texts = Texts(organisation_id, event_id, fallback, names=(name,))
    source, found, origin = texts.find(name, language)
    return TemplateText(name, str(kind.title), found, origin, source.subject, source.body, kind.merge_fields)


def save_template(
    actor: Any,
    name: str,
    language: str,
    *,
    subject: str,
    body: str,
    organisation_id: int,
    event_id: int | None = None,
) -> MessageTemplate:
    """Put a text in the place of the one in force. The caller has checked that `actor` may.

    Raises `UnknownTemplate`, and `UnusableText` with every reason at once.
    """
    check_text(_get_kind(name, event_id), subject, body)
    row = db.session.scalar(_select_own(name, language, organisation_id, event_id).with_for_update())
    if row is None:
        row = MessageTemplate(
            organisation_id=organisation_id,
            event_id=event_id,
            name=name,
            language=language,
            subject="",
            body="",
        )
        db.session.add(row)
    row.subject, row.body, row.changed_by_id = subject.strip(), body.strip() + "\n", actor.id
    db.session.flush()
    audit.record(
        actor,
        "message_template.changed",
        row,
        organisation_id=organisation_id,
        event_id=event_id,
        fields=(f"{name}.{language}",),
    )
    return row


def reset_template(
    actor: Any, name: str, language: str, *, organisation_id: int, event_id: int | None = None
) -> None:
    """Go back to the organisation's or the shipped text; nothing happens where there is no own one."""
    _get_kind(name, event_id)
    row = db.session.scalar(_select_own(name, language, organisation_id, event_id).with_for_update())
    if row is None:
        return
    audit.record(
        actor,
        "message_template.reset",
        row,
        organisation_id=organisation_id,
        event_id=event_id,
        fields=(f"{name}.{language}",),
    )
    db.session.delete(row)
    db.session.flush()


def preview(
    name: str,
    language: str,
    *,
    subject: str,
    body: str,
    frame: layout.Frame,
    values: Mapping[str, Value] | None = None,
    event_id: int | None = None,
) -> layout.Framed:
    """How the text would arrive, with `values` of a real recipient over the examples. Raises like `save_template`."""
    kind = _get_kind(name, event_id)
    check_text(kind, subject, body)
    shown: dict[str, Value] = {key: _example(one) for key, one in kind.merge_fields.items()}
    shown.update(values or {})
    source = Source(subject, body, read_source(name, language).reason)
    spoken = shipped_language(language)
    return layout.put_in_frame(render(source, shown), frame, spoken)


def check_text(kind: ShippedTemplate, subject: str, body: str) -> None:
    """Raise `UnusableText` unless the text can be sent: known fields only, and none missing that people need."""
    known = kind.merge_fields
    errors: dict[str, list[str]] = {
        "subject": _wrong_fields(subject, known),
        "body": _wrong_fields(body, known),
    }
    if not subject.strip() or "\n" in subject.strip():
        errors["subject"].append(_("Write a subject, in one line."))
    for field in fields_in(subject):
        if field in known and (not known[field].required or known[field].kind is not FieldKind.TEXT):
            errors["subject"].append(
                _("%(field)s can be empty or long, so it cannot stand in the subject.", field=_shown(field))
            )
    if not body.strip():
        errors["body"].append(_("Write the text of the message."))
    elif "link" in known and "link" not in fields_in(body):
        errors["body"].append(
            _("Keep the button: a line such as [Open the page](%(field)s).", field=_shown("link"))
        )
    for field in fields_in_links(body, known):
        errors["body"].append(
            _("%(field)s is not a web address, so it cannot stand in a link.", field=_shown(field))
        )
    if found := {field: sentences for field, sentences in errors.items() if sentences}:
        raise UnusableText(_("Some of the text needs another look."), errors=found)


class Texts:
    """The texts of one event or organisation, read once; then any number of messages can be made of them."""

    def __init__(
        self,
        organisation_id: int | None,
        event_id: int | None,
        fallback: str,
        *,
        names: Iterable[str],
    ) -> None:
        self.fallback = fallback
        rows = _find_rows(organisation_id, event_id, names) if organisation_id is not None else []
        self._own = {
            ("event" if row.event_id else "organisation", row.name, row.language): row for row in rows
        }

    def find(self, name: str, language: str) -> tuple[Source, str, str]:
        """The text for a reader of `language`, the language it is in, and its origin."""
        for origin in ("event", "organisation"):
            for wanted in (language, self.fallback):
                row = self._own.get((origin, name, wanted))
                if row:
                    return Source(row.subject, row.body, read_source(name, wanted).reason), wanted, origin
        return read_source(name, language), shipped_language(language), "shipped"


def _find_rows(
    organisation_id: int, event_id: int | None, names: Iterable[str] | None = None
) -> Sequence[MessageTemplate]:
    lent = MessageTemplate.event_id.is_(None)
    belongs = lent if event_id is None else or_(lent, MessageTemplate.event_id == event_id)
    statement = select(MessageTemplate).where(MessageTemplate.organisation_id == organisation_id, belongs)
    if names is not None:
        statement = statement.where(MessageTemplate.name.in_(list(names)))
    return db.session.scalars(statement.order_by(MessageTemplate.id)).all()


def _select_own(
    name: str, language: str, organisation_id: int, event_id: int | None
) -> Select[MessageTemplate]:
    return select(MessageTemplate).where(
        MessageTemplate.organisation_id == organisation_id,
        MessageTemplate.event_id == event_id if event_id is not None else MessageTemplate.event_id.is_(None),
        MessageTemplate.name == name,
        MessageTemplate.language == language,
    )


def _scopes(event_id: int | None) -> tuple[Scope, ...]:
    return (Scope.EVENT,) if event_id is not None else (Scope.ORGANISATION, Scope.EVENT)


def _get_kind(name: str, event_id: int | None) -> ShippedTemplate:
    kind = TEMPLATES.get(name)
    if kind is None or kind.scope not in _scopes(event_id):
        raise UnknownTemplate(_("There is no message of this name."))
    return kind


def _wrong_fields(text: str, known: Mapping[str, MergeField]) -> list[str]:
    wrong = [_shown(field) for field in fields_in(text) if field not in known]
    sentences = []
    if wrong:
        sentences.append(
            _(
                "We do not know %(wrong)s. You can use %(known)s.",
                wrong=", ".join(wrong),
                known=", ".join(map(_shown, known)),
            )
        )
    rest = FIELD.sub("", text)
    if any(mark in rest for mark in ("{{", "}}", "{%")):
        example = _shown(next(iter(known), "name"))
        sentences.append(
            _("Write a field like this, small letters in double brackets: %(field)s.", field=example)
        )
    return sentences


def _shown(field: str) -> str:
    return f"{{{{ {field} }}}}"


def _example(one: MergeField) -> Value:
    if one.kind is FieldKind.FACTS:
        return [(str(_("A question")), str(_("An answer")))]
    return one.example
