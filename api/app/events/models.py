"""An event, its phases, and who has which role in it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.organisations.models import Organisation
from app.users.models import User
from app.utils.database import Identified, Model, Stamped, enum_type
from app.utils.i18n import text_in


class EventState(StrEnum):
    """Who can see the event."""

    DRAFT = "draft"
    PUBLISHED = "published"
    UNLISTED = "unlisted"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class EventKind(StrEnum):
    """What sort of event it is."""

    SUMMER_SCHOOL = "summer-school"
    CONFERENCE = "conference"
    WORKSHOP = "workshop"
    PROGRAMME = "programme"
    AWARD = "award"
    CALL = "call"


class Event(Identified, Stamped, Model):
    """An event of one organisation. Texts are mappings of language to text; `languages[0]` is the one to fall back to.

    `facts` are the lines of the public page, each `{"kind": "place|dates|audience|costs", "title": {…}, "text": {…}}`.
    `guest_roles` are the roles a guest may be invited as: `{"key": "speaker", "label": {"en": …}}`.
    """

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        Index("ix_events_state_starts_on", "state", "starts_on"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    number_prefix: Mapped[str]
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind, "kind"))
    state: Mapped[EventState] = mapped_column(enum_type(EventState, "state"), default=EventState.DRAFT)
    languages: Mapped[list[Any]]
    titles: Mapped[dict[str, Any]]
    summaries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    descriptions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    facts: Mapped[list[Any]] = mapped_column(default=list)
    guest_roles: Mapped[list[Any]] = mapped_column(default=list)
    place: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    places: Mapped[int | None]
    cover: Mapped[str | None]
    contact_email: Mapped[str]
    cancelled_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    phases: Mapped[list["EventPhase"]] = relationship(
        lazy="raise",
        order_by="EventPhase.opens_at, EventPhase.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the event's deadlines are typed and shown."""
        return ZoneInfo(self.time_zone)

    @property
    def language(self) -> str:
        """The first language, to which missing texts fall back."""
        return str(self.languages[0])

    def title_in(self, language: str) -> str:
        """The title in `language`, else in the event's first language."""
        return text_in(self.titles, language, (self.language,))


class PhaseKind(StrEnum):
    """The windows of an event, in the order in which they are lived."""

    APPLICATION = "application"
    REVIEW = "review"
    OFFER = "offer"
    REGISTRATION = "registration"
    ATTENDANCE = "attendance"


class EventPhase(Identified, Model):
    """A half-open window: `opens_at <= now < closes_at`, both instants in UTC."""

    __tablename__ = "event_phases"
    __table_args__ = (
        UniqueConstraint("event_id", "kind"),
        CheckConstraint("closes_at > opens_at", name="window"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    kind: Mapped[PhaseKind] = mapped_column(enum_type(PhaseKind, "kind"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Role(StrEnum):
    """What a person may do in one event."""

    ORGANISER = "organiser"
    VIEWER = "viewer"
    REVIEWER = "reviewer"
    TREASURER = "treasurer"
    REGISTRAR = "registrar"
    DESK = "desk"


class EventRole(Identified, Model):
    """A role of a person in an event; one person may have several."""

    __tablename__ = "event_roles"
    __table_args__ = (UniqueConstraint("event_id", "user_id", "role"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"))
    created_at: Mapped[datetime]

    event: Mapped[Event] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class RoleInvitation(Identified, Model):
    """An invitation to take a role in an event; the mailed secret is kept as a hash."""

    __tablename__ = "event_role_invitations"
    __table_args__ = (UniqueConstraint("event_id", "email_key", "role"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    email: Mapped[str]
    email_key: Mapped[str]
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    event: Mapped[Event] = relationship(lazy="raise")
