"""An application, and every version of it that was submitted."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.events.models import Event
from app.forms.models import Response
from app.users.models import User
from app.utils.database import Identified, Model, Stamped, enum_type


class ApplicationState(StrEnum):
    """Where the applicant has brought it; what the organisers decide stands elsewhere."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class Application(Identified, Stamped, Model):
    """One person's application to one event.

    `draft` is what the person works on, `submitted` what counts; after a submission there is no draft until somebody
    changes an answer. `number` counts the event's applications from 1 and `code` is how people say it ("LSS27-0042"):
    written once, so that it stays true when the event changes its prefix.

    `confirmed_at` is when the submission began to count: at once for a verified address, else when the address was
    verified in time (see `policies.counts`).

    `decided_at` is when a decision on it was first released: from then on its answers stay as they are.

    `applicant_name`, `email`, `country` and `affiliation` are what lists show, copied at each submission (from the
    account before the first). `search` holds the words to find it by (see `queries.search_words`).
    """

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        UniqueConstraint("event_id", "number"),
        Index("ix_applications_event_state_submitted", "event_id", "state", "submitted_at", "id"),
        Index("ix_applications_event_state_name", "event_id", "state", "applicant_name", "id"),
        Index("ix_applications_event_state_country", "event_id", "state", "country", "id"),
        Index(
            "ix_applications_search",
            text("array_to_tsvector(string_to_array(search, ' '))"),
            postgresql_using="gin",
        ),
        CheckConstraint(
            "state = 'draft' OR (submitted_response_id IS NOT NULL AND submitted_at IS NOT NULL "
            "AND first_submitted_at IS NOT NULL)",
            name="submitted",
        ),
        CheckConstraint("state <> 'draft' OR draft_response_id IS NOT NULL", name="draft"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    number: Mapped[int]
    code: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[ApplicationState] = mapped_column(
        enum_type(ApplicationState, "state"), default=ApplicationState.DRAFT
    )
    draft_response_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id"), unique=True)
    submitted_response_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id"), unique=True)
    first_submitted_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    applicant_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    country: Mapped[str | None]
    affiliation: Mapped[str] = mapped_column(default="")
    search: Mapped[str] = mapped_column(default="", deferred=True)

    event: Mapped[Event] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")
    draft: Mapped[Response | None] = relationship(lazy="raise", foreign_keys=[draft_response_id])
    submitted: Mapped[Response | None] = relationship(lazy="raise", foreign_keys=[submitted_response_id])
    submissions: Mapped[list["ApplicationSubmission"]] = relationship(
        lazy="raise", order_by="ApplicationSubmission.number", back_populates="application"
    )


class ApplicationSubmission(Identified, Model):
    """One submitted version; the last is the one that counts. None is ever changed or taken away."""

    __tablename__ = "application_submissions"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    number: Mapped[int]
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), unique=True)
    submitted_at: Mapped[datetime]

    application: Mapped[Application] = relationship(lazy="raise", back_populates="submissions")
    response: Mapped[Response] = relationship(lazy="raise")
