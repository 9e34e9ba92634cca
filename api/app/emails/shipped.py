"""The texts that ship with the system: which there are, and which fields each may merge.

A text is one Markdown file per language, `templates/emails/<language>/<name>.md`, with a few lines before the first
`---`: `subject`, and `reason`, the sentence that says why somebody gets it. The plain text and the HTML of a message
are both made from it, so they never disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.utils.i18n import DEFAULT_LANGUAGE, LANGUAGES, lazy_gettext

FOLDER = Path(__file__).parents[1] / "templates" / "emails"


class Scope(StrEnum):
    """In whose name a message goes out, and so who may put a text of their own in its place."""

    INSTALLATION = "installation"
    ORGANISATION = "organisation"
    EVENT = "event"


class FieldKind(StrEnum):
    """What a merge field stands for."""

    TEXT = "text"
    LINK = "link"
    FACTS = "facts"


@dataclass(frozen=True)
class MergeField:
    """A place in a text. `example` is what a preview shows; one that is not `required` may be empty, and then the
    paragraph or list item that holds it is left out.
    """

    title: str
    example: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True


@dataclass(frozen=True)
class ShippedTemplate:
    """One kind of message. With `is_secret` its link is for the reader alone, and is forgotten once sent."""

    name: str
    title: str
    scope: Scope
    fields: Mapping[str, MergeField] = field(default_factory=dict)
    is_secret: bool = False

    @property
    def merge_fields(self) -> dict[str, MergeField]:
        """Every field a text of this kind may use: its own, and what its scope always knows."""
        return {**SCOPE_FIELDS[self.scope], **self.fields}


@dataclass(frozen=True)
class Source:
    """A text as written: a subject, a Markdown body, and (shipped texts only) why one gets it."""

    subject: str
    body: str
    reason: str = ""


def _text(title: str, example: str, *, required: bool = True) -> MergeField:
    return MergeField(title, example, required=required)


ORGANISATION = _text(lazy_gettext("the organisation's name"), "Lakeside Institute")
CONTACT = _text(lazy_gettext("the address that answers questions"), "school@lakeside.example")
EVENT = _text(lazy_gettext("the event's title"), "Lakeside Summer School 2027")
SCOPE_FIELDS: dict[Scope, dict[str, MergeField]] = {
    Scope.INSTALLATION: {},
    Scope.ORGANISATION: {"organisation": ORGANISATION, "contact": CONTACT},
    Scope.EVENT: {"event": EVENT, "organisation": ORGANISATION, "contact": CONTACT},
}

NAME = _text(lazy_gettext("the reader's name"), "Aïssatou", required=False)
ROLE = _text(lazy_gettext("the role"), "Speaker")
INVITER = _text(lazy_gettext("who invites"), "Prof. Achieng Otieno")
NOTE = _text(lazy_gettext("a personal note"), "We would be glad to have you with us.", required=False)
EXPIRES = _text(lazy_gettext("until when the link can be used"), "Friday 21 May 2027, 23:59 Nairobi time")
NUMBER = _text(lazy_gettext("the application's number"), "LSS27-0731")
LINK = MergeField(
    lazy_gettext("the address of the button"), "https://apply.example.org/l/K7QM-4TXW", FieldKind.LINK
)
DECISION = {"name": NAME, "number": NUMBER, "note": NOTE, "link": LINK}
CODE = {"name": NAME, "expires": EXPIRES, "link": LINK}
WHEN_AND_WHERE = {
    "dates": _text(lazy_gettext("the event's dates"), "5 to 16 July 2027", required=False),
    "place": _text(lazy_gettext("the event's place"), "Kisumu, Kenya", required=False),
}
INVITATION = {"name": NAME, "role": ROLE, "inviter": INVITER, "expires": EXPIRES, "link": LINK}


def _kinds() -> tuple[ShippedTemplate, ...]:
    account, organisation, event = Scope.INSTALLATION, Scope.ORGANISATION, Scope.EVENT
    when = _text(lazy_gettext("when it happened"), "Friday 5 March 2027, 14:02 Nairobi time")
    return (
        ShippedTemplate("verify_address", lazy_gettext("Confirm your address"), account, CODE, True),
        ShippedTemplate("reset_password", lazy_gettext("Choose a new password"), account, CODE, True),
        ShippedTemplate(
            "password_changed",
            lazy_gettext("Your password was changed"),
            account,
            {"name": NAME, "when": when, "link": LINK},
        ),
        ShippedTemplate("address_change", lazy_gettext("Confirm your new address"), account, CODE, True),
        ShippedTemplate(
            "address_changed", lazy_gettext("Your address was changed"), account, {"name": NAME, "when": when}
        ),
        ShippedTemplate(
            "already_registered",
            lazy_gettext("You already have an account"),
            account,
            {"name": NAME, "link": LINK},
        ),
        ShippedTemplate(
            "organisation_invitation",
            lazy_gettext("Invitation to an organisation"),
            organisation,
            INVITATION,
            True,
        ),
        ShippedTemplate(
            "event_role_invitation", lazy_gettext("Invitation to a role"), event, INVITATION, True
        ),
        ShippedTemplate(
            "guest_invitation",
            lazy_gettext("Invitation of a guest"),
            event,
            {
                "name": NAME,
                "role": ROLE,
                "inviter": MergeField(INVITER.title, INVITER.example, required=False),
                **WHEN_AND_WHERE,
                "paid": _text(lazy_gettext("what the organisers pay"), "Hotel, flight", required=False),
                "note": NOTE,
                "expires": MergeField(EXPIRES.title, EXPIRES.example, required=False),
                "link": LINK,
            },
            True,
        ),
        ShippedTemplate(
            "guest_accepted",
            lazy_gettext("A guest has accepted"),
            event,
            {"name": NAME, "role": ROLE, **WHEN_AND_WHERE, "link": LINK},
        ),
        ShippedTemplate(
            "guest_removed",
            lazy_gettext("A guest's invitation taken back"),
            event,
            {"name": NAME, "role": ROLE, "note": NOTE},
        ),
        ShippedTemplate(
            "application_receipt",
            lazy_gettext("Receipt of an application"),
            event,
            {
                "name": NAME,
                "number": NUMBER,
                "submitted": when,
                "closes": _text(
                    lazy_gettext("when applications close"),
                    "Friday 5 March 2027, 23:59 Nairobi time",
                    required=False,
                ),
                "answers": MergeField(lazy_gettext("all answers"), "", FieldKind.FACTS, required=False),
                "link": LINK,
            },
        ),
        ShippedTemplate("decision_accepted", lazy_gettext("Decision: accepted"), event, DECISION),
        ShippedTemplate("decision_rejected", lazy_gettext("Decision: not accepted"), event, DECISION),
        ShippedTemplate("decision_waitlisted", lazy_gettext("Decision: on the waitlist"), event, DECISION),
        ShippedTemplate(
            "event_cancelled", lazy_gettext("The event is cancelled"), event, {"name": NAME, "note": NOTE}
        ),
    )


TEMPLATES: dict[str, ShippedTemplate] = {kind.name: kind for kind in _kinds()}


def shipped_language(language: str) -> str:
    """The language in which we have shipped texts for a reader of `language`."""
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


@cache
def read_source(name: str, language: str) -> Source:
    """The shipped text `name`, in `language` or else in English. Raises KeyError for an unknown name."""
    if name not in TEMPLATES:
        raise KeyError(name)
    head, _, body = (
        (FOLDER / shipped_language(language) / f"{name}.md").read_text(encoding="utf-8").partition("\n---\n")
    )
    lines = dict(line.split(": ", 1) for line in head.splitlines() if line.strip())
    return Source(lines["subject"], body.strip() + "\n", lines["reason"])
