"""What travels about events, their phases, people and messages."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from app.events.models import EventKind, EventPhase, EventState, PhaseKind, Role
from app.events.windows import Window
from app.utils.i18n import _, lazy_gettext
from app.utils.schemas import EmailAddress, Input, Output, Paragraph, Query, ShortText
from app.utils.texts import Key, Languages, LongTexts, NestedInput, ParagraphTexts, ShortTexts
from app.utils.zones import TimeZone

COVERS = ("hills", "shore", "city", "night")
Cover = Literal["hills", "shore", "city", "night"]
FactKind = Literal["place", "dates", "audience", "costs"]

SENTENCES = {
    "key": lazy_gettext("Choose a short word for the address, such as lakeside-2027."),
    "titles": lazy_gettext("We need the title."),
    "starts_on": lazy_gettext("We need the first day."),
    "ends_on": lazy_gettext("We need the last day."),
    "time_zone": lazy_gettext("Choose the zone in which deadlines are typed."),
    "email": lazy_gettext("We need an e-mail address."),
    "contact_email": lazy_gettext("We need an address that answers questions."),
    "languages": lazy_gettext("Choose at least one language."),
}


EventZone = Annotated[TimeZone, Field(description="Etc/GMT+12: Anywhere on Earth")]
Prefix = Annotated[
    str,
    Field(pattern=r"^[A-Z][A-Z0-9]{1,11}$", description="applications are numbered with it: LSS27-0042"),
]
RoleKey = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Places = Annotated[int, Field(ge=1, le=1_000_000)]


class Fact(Input):
    """A line of the public page: where, when, for whom, what is paid."""

    kind: FactKind
    title: ShortTexts = Field(default_factory=dict)
    text: ShortTexts = Field(default_factory=dict)


class GuestRole(Input):
    """A role as which a guest may be invited."""

    key: RoleKey
    label: ShortTexts

    @field_validator("label")
    @classmethod
    def _need_a_word(cls, label: dict[str, str]) -> dict[str, str]:
        if not label:
            raise ValueError(_("We need a name for this role."))
        return label


class PhaseIn(Input):
    """A window. A moment without an offset is in the event's zone; there a close at 23:59 ends at 24:00."""

    opens_at: datetime
    closes_at: datetime


Phases = dict[PhaseKind, PhaseIn | None]
Facts = Annotated[list[Fact], Field(max_length=8)]
GuestRoles = Annotated[list[GuestRole], Field(max_length=20)]


class EventIn(Input):
    """A new event. It is a draft until it is published."""

    sentences: ClassVar = SENTENCES

    key: Key
    kind: EventKind = EventKind.SUMMER_SCHOOL
    number_prefix: Prefix | None = Field(default=None, description="made from the title when not given")
    languages: Languages = Field(default_factory=lambda: ["en"])
    titles: ShortTexts
    summaries: ParagraphTexts = Field(default_factory=dict)
    descriptions: LongTexts = Field(default_factory=dict, description="Markdown, by language")
    facts: Facts = Field(default_factory=list)
    guest_roles: GuestRoles = Field(default_factory=list)
    place: ShortText = ""
    time_zone: EventZone
    starts_on: date
    ends_on: date
    places: Places | None = None
    cover: Cover | None = None
    contact_email: EmailAddress | None = Field(default=None, description="the organisation's when not given")
    phases: Phases = Field(default_factory=dict)

    @field_validator("titles")
    @classmethod
    def _need_a_title(cls, titles: dict[str, str]) -> dict[str, str]:
        if not titles:
            raise ValueError(_("We need the title."))
        return titles


class EventPatch(Input):
    """Changes of an event; what is not sent stays. A phase that is null is taken away."""

    sentences: ClassVar = SENTENCES

    key: Key = Field(default_factory=str)
    kind: EventKind = Field(default_factory=lambda: EventKind.CALL)
    number_prefix: Prefix = Field(default_factory=str)
    languages: Languages = Field(default_factory=list)
    titles: ShortTexts = Field(default_factory=dict)
    summaries: ParagraphTexts = Field(default_factory=dict)
    descriptions: LongTexts = Field(default_factory=dict)
    facts: Facts = Field(default_factory=list)
    guest_roles: GuestRoles = Field(default_factory=list)
    place: ShortText = Field(default_factory=str)
    time_zone: EventZone = Field(default_factory=str)
    starts_on: date = Field(default_factory=lambda: date.min)
    ends_on: date = Field(default_factory=lambda: date.min)
    places: Places | None = None
    cover: Cover | None = None
    contact_email: EmailAddress = Field(default_factory=str)
    phases: Phases = Field(default_factory=dict)

    def changes(self) -> dict[str, Any]:
        """What was sent, as the service takes it."""
        return as_values(self, exclude_unset=True)


class NewEventForm(EventIn, NestedInput):
    """A new event, from the form."""


class EventForm(EventPatch, NestedInput):
    """One section of an event's settings. Empty rows and windows count as none."""

    revision: str = ""

    @field_validator("phases", mode="before")
    @classmethod
    def _drop_empty_windows(cls, phases: Any) -> Any:
        if not isinstance(phases, dict):
            return phases
        return {kind: None if _is_blank(window) else window for kind, window in phases.items()}

    @field_validator("facts", "guest_roles", mode="before")
    @classmethod
    def _drop_empty_rows(cls, rows: Any) -> Any:
        return [row for row in rows if not _is_blank(row)] if isinstance(rows, list) else rows

    def changes(self) -> dict[str, Any]:
        """What was sent, as the service takes it."""
        values = super().changes()
        values.pop("revision", None)
        return values


def _is_blank(value: Any, *, ignored: tuple[str, ...] = ("kind",)) -> bool:
    if isinstance(value, dict):
        return all(_is_blank(item) for key, item in value.items() if key not in ignored)
    return value in ("", None)


def as_values(sent: EventIn | EventPatch, *, exclude_unset: bool = False) -> dict[str, Any]:
    """The fields as the services take them."""
    values = sent.model_dump(exclude_unset=exclude_unset)
    if "phases" in values:
        values["phases"] = {
            kind: Window(phase.opens_at, phase.closes_at) if phase else None
            for kind, phase in sent.phases.items()
        }
    return values


class PhaseOut(Output):
    """A half-open window: the moment `closes_at` is the first at which it is closed."""

    opens_at: datetime
    closes_at: datetime


class EventOut(Output):
    """An event as everybody may see it, in all its languages."""

    key: str
    kind: EventKind
    state: EventState
    number_prefix: str
    languages: list[str]
    titles: dict[str, str]
    summaries: dict[str, str]
    descriptions: dict[str, str]
    facts: list[Any]
    guest_roles: list[Any]
    place: str
    time_zone: str
    starts_on: date
    ends_on: date
    places: int | None
    cover: str | None
    contact_email: str
    phases: dict[PhaseKind, PhaseOut]
    cancelled_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @field_validator("phases", mode="before")
    @classmethod
    def _by_kind(cls, phases: Any) -> Any:
        if isinstance(phases, list):
            return {phase.kind: phase for phase in phases if isinstance(phase, EventPhase)}
        return phases


class PublishedOut(Output):
    """An event in the public list."""

    key: str
    kind: EventKind
    titles: dict[str, str]
    summaries: dict[str, str]
    organisation_name: str
    place: str
    time_zone: str
    starts_on: date
    ends_on: date
    opens_at: datetime | None = Field(description="when applications open")
    closes_at: datetime | None = Field(description="when applications close")
    is_open: bool = Field(description="whether one can apply now")

    @field_validator("is_open", mode="before")
    @classmethod
    def _no_call(cls, value: Any) -> Any:
        return bool(value)


class OwnEventOut(Output):
    """An event in the list of its organisation."""

    key: str
    titles: dict[str, str]
    kind: EventKind
    state: EventState
    place: str
    starts_on: date
    ends_on: date


class StateIn(Input):
    """Where the event shall go."""

    state: EventState
    note: Paragraph = Field(default="", description="for those who hear that the event is cancelled")


class PersonOut(Output):
    """One role of one person."""

    id: int
    user_id: int
    name: str
    email: str
    role: Role
    created_at: datetime


class RoleInvitationIn(Input):
    """Whom to invite, as what."""

    sentences: ClassVar = SENTENCES

    email: EmailAddress
    role: Role


class RoleInvitationOut(Output):
    """An invitation that waits to be accepted."""

    id: int
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


class RoleTakenOut(Output):
    """The role you took."""

    event_key: str
    role: Role


class TemplateRowOut(Output):
    """A kind of message, and in which languages it has its own text here or in the organisation."""

    name: str
    title: str
    own_languages: list[str]
    organisation_languages: list[str]


class TemplateOut(Output):
    """The text in force: `origin` says whose it is (event, organisation or shipped)."""

    name: str
    title: str
    language: str
    origin: str
    subject: str
    body: str
    fields: list[str]


class TemplateIn(Input):
    """A text of one's own, with merge fields such as {{ name }}."""

    sentences: ClassVar = {
        "subject": lazy_gettext("Write a subject."),
        "body": lazy_gettext("Write the text of the message."),
    }

    subject: Annotated[str, Field(min_length=1, max_length=300)]
    body: Annotated[str, Field(min_length=1, max_length=20_000)]


class PreviewOut(Output):
    """How the message would arrive."""

    subject: str
    text: str
    html: str


class MessageQuery(Query):
    """Which messages to list."""

    to: ShortText = Field(default="", description="only those to this address")


class MessageOut(Output):
    """A message that was written, without its text."""

    id: int
    template: str
    to_address: str
    subject: str
    language: str
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


class HistoryOut(Output):
    """One change: who did what, when, and which fields it touched."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    action: str
    sentence: str
    fields: list[str]
