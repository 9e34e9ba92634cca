"""A line of the history."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.utils.database import Identified, Model


class AuditLine(Identified, Model):
    """One change: who did what to which thing, which fields it touched, and from which network.

    The line outlives what it tells of: the things' ids are kept, an erased actor becomes nobody.
    """

    __tablename__ = "audit_lines"
    __table_args__ = (
        Index("ix_audit_lines_event_id_id", "event_id", "id"),
        Index("ix_audit_lines_organisation_id_id", "organisation_id", "id"),
        Index("ix_audit_lines_thing", "thing_type", "thing_id", "id"),
    )

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    acting_as_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    action: Mapped[str]
    thing_type: Mapped[str]
    thing_id: Mapped[int | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    fields: Mapped[list[Any]] = mapped_column(default=list)
    network: Mapped[str | None]
