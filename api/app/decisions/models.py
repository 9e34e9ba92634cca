"""A verdict on an application, and the act that makes verdicts visible."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.applications.models import Application
from app.utils.database import Identified, Model, enum_type


class Verdict(StrEnum):
    """What the organisers decide."""

    ACCEPT = "accept"
    WAITLIST = "waitlist"
    REJECT = "reject"


class Release(Identified, Model):
    """One act that showed decisions to their applicants. `counts` says how many of each verdict."""

    __tablename__ = "releases"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    released_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]


class Decision(Identified, Model):
    """A verdict on one application: a draft while it has no release. A released one is never changed, only followed.

    `waitlist_rank` orders those who wait, from 1.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index(
            "uq_decisions_application_id_draft",
            "application_id",
            unique=True,
            postgresql_where=text("release_id IS NULL"),
        ),
        Index("ix_decisions_event_draft", "event_id", "verdict", postgresql_where=text("release_id IS NULL")),
        Index("ix_decisions_application_released", "application_id", "id"),
        CheckConstraint("waitlist_rank IS NULL OR (verdict = 'waitlist' AND waitlist_rank > 0)", name="rank"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    verdict: Mapped[Verdict] = mapped_column(enum_type(Verdict, "verdict"))
    waitlist_rank: Mapped[int | None]
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    drafted_at: Mapped[datetime]
    release_id: Mapped[int | None] = mapped_column(ForeignKey("releases.id"), index=True)

    application: Mapped[Application] = relationship(lazy="raise")
    release: Mapped[Release | None] = relationship(lazy="raise")
