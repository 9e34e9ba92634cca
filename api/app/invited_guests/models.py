"""A guest's invitation to an event."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.events.models import Event
from app.users.models import User
from app.utils.database import Identified, Model, Stamped, enum_type
from app.utils.text import fold


class GuestState(StrEnum):
    """How far the invitation has come."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REMOVED = "removed"


class InvitedGuest(Identified, Stamped, Model):
    """The one invitation of a person to an event; the mailed secret is kept as a hash.

    `name` is how the organisers greet the person, `role` the key of one of the event's guest roles, `pays` what the
    organisers pay for (keys of `PAID` or free words). `since` is when the present state began. `user` is the account
    with which the person answered.
    """

    __tablename__ = "invited_guests"
    __table_args__ = (
        UniqueConstraint("event_id", "email_key"),
        Index(
            "uq_invited_guests_event_id_user_id",
            "event_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'accepted'"),
        ),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(default="")
    search_text: Mapped[str]
    role: Mapped[str]
    state: Mapped[GuestState] = mapped_column(enum_type(GuestState, "state"), default=GuestState.INVITED)
    since: Mapped[datetime]
    language: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    pays: Mapped[list[Any]] = mapped_column(default=list)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime]
    sent_count: Mapped[int] = mapped_column(default=1)
    answer_before: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    privacy_version: Mapped[int | None]
    privacy_accepted_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(lazy="raise")
    user: Mapped[User | None] = relationship(lazy="raise", foreign_keys=user_id)
    invited_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=invited_by_id)

    @property
    def greeting(self) -> str:
        """The name to greet with, or the address while there is none."""
        return self.name or self.email

    @validates("email", "name")
    def _keep_searchable(self, field: str, value: str) -> str:
        texts = {"name": self.name, "email": self.email, field: value}
        self.search_text = fold(f"{texts['name'] or ''} {texts['email'] or ''}")
        return value
