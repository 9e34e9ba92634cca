"""A form of an event, its versions, and the responses to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.utils.database import Identified, Model, Stamped, enum_type


class FormPurpose(StrEnum):
    """What the event uses the form for."""

    APPLICATION = "application"


class Form(Identified, Stamped, Model):
    """A form of an event; what it asks stands in its versions. An event has one application form."""

    __tablename__ = "forms"
    __table_args__ = (
        Index(
            "uq_forms_event_id_application",
            "event_id",
            unique=True,
            postgresql_where=text("purpose = 'application'"),
        ),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[FormPurpose] = mapped_column(enum_type(FormPurpose, "purpose"))
    name: Mapped[str]


class FormVersion(Identified, Stamped, Model):
    """One state of a form. A published version never changes; at most one version of a form is an unpublished draft.

    `document` is loaded only where it is asked for: whoever needs the questions takes `services.compiled(version)`,
    which remembers them by `fingerprint`, the hash of the document.
    `revision` counts the savings of a draft, so that two organisers do not overwrite each other.
    """

    __tablename__ = "form_versions"
    __table_args__ = (
        UniqueConstraint("form_id", "number"),
        Index(
            "uq_form_versions_form_id_draft",
            "form_id",
            unique=True,
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id", ondelete="CASCADE"))
    number: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    fingerprint: Mapped[str]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    form: Mapped[Form] = relationship(lazy="raise")

    @property
    def is_published(self) -> bool:
        """Whether people may answer it; from then on it is frozen."""
        return self.published_at is not None


class Response(Identified, Stamped, Model):
    """One filled form: answers by question key, each save counted.

    `revision` counts the saves; `revisions` says by which of them each question was last changed, so that saves of
    different questions merge; `saves` remembers the last saves by the client's id, so that a repeat is recognised.
    A draft moves on to each newly published version and keeps its answers; a submitted response keeps its version.
    """

    __tablename__ = "responses"
    # Room on each page keeps the frequent saves of drafts off the indexes (heap-only updates).
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    revisions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saves: Mapped[list[Any]] = mapped_column(default=list)
    submitted_at: Mapped[datetime | None]

    form_version: Mapped[FormVersion] = relationship(lazy="raise")

    @property
    def is_submitted(self) -> bool:
        """Whether the answers are final."""
        return self.submitted_at is not None
