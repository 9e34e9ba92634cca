"""A message in the outbox, and a text that an organisation or event has put in place of the shipped one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.utils.database import Identified, Model, Stamped, enum_type


class MessageState(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Message(Identified, Model):
    """One message to one person, rendered when it was queued.

    `text` and `html` are for their reader alone: they are never logged, and erased with the account. `secret` is the
    link that only the reader may follow; once the message has left, it is taken out of the texts and forgotten.
    A message is due when `state` is queued or sending and `next_attempt_at` has passed: while a worker is sending it,
    that is the moment at which the worker counts as dead.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_due",
            "is_bulk",
            "next_attempt_at",
            "id",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
        Index("ix_messages_event_id_id", "event_id", "id"),
        Index("ix_messages_to_user_id_id", "to_user_id", "id"),
        Index("ix_messages_to_key_id", "to_key", "id"),
    )

    template: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    to_address: Mapped[str]
    to_key: Mapped[str]
    to_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    language: Mapped[str]
    sender_name: Mapped[str] = mapped_column(default="")
    reply_to: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(deferred=True)
    html: Mapped[str] = mapped_column(deferred=True)
    secret: Mapped[str | None] = mapped_column(deferred=True)
    is_bulk: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MessageState] = mapped_column(enum_type(MessageState, "state"), default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class MessageTemplate(Identified, Stamped, Model):
    """A text for the template `name` in one language, for one event or (without) for a whole organisation."""

    __tablename__ = "message_templates"
    __table_args__ = (
        Index(
            "uq_message_templates_event",
            "event_id",
            "name",
            "language",
            unique=True,
            postgresql_where=text("event_id IS NOT NULL"),
        ),
        Index(
            "uq_message_templates_organisation",
            "organisation_id",
            "name",
            "language",
            unique=True,
            postgresql_where=text("event_id IS NULL"),
        ),
        CheckConstraint("subject <> '' AND body <> ''", name="not_empty"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
