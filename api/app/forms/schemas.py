"""Forms on the wire."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field, field_validator

from app.forms.engine.limits import MAX_DOCUMENT_BYTES
from app.forms.models import FormPurpose
from app.utils.i18n import _, lazy_gettext
from app.utils.schemas import Input, Output, Query, ShortText


class FormIn(Input):
    """A form to begin; what it asks is put as its draft."""

    purpose: FormPurpose = FormPurpose.APPLICATION
    name: ShortText = Field(min_length=1)
    sentences: ClassVar[dict[str, Any]] = {"name": lazy_gettext("We need a name for the form.")}


class DocumentIn(Input):
    """A form document (docs/forms.md). `revision` is the draft's revision it builds on, if that matters."""

    document: dict[str, Any]
    revision: int | None = Field(default=None, ge=0)
    sentences: ClassVar[dict[str, Any]] = {
        "document": lazy_gettext("We need the form's document, a JSON object.")
    }


class PublishIn(Input):
    """Which draft to publish: the one that was looked at. Without a number, whichever is the draft now."""

    number: int | None = Field(default=None, ge=1)
    revision: int | None = Field(default=None, ge=1)


class DocumentForm(Input):
    """The organiser's page: a file or pasted text, or a form of the library."""

    text: str = Field(default="", max_length=MAX_DOCUMENT_BYTES)
    ready_form: str = ""
    revision: int | None = None

    @field_validator("text", mode="before")
    @classmethod
    def _without_mark(cls, value: Any) -> Any:
        """Editors on Windows put a byte-order mark in front."""
        return value.removeprefix("\ufeff") if isinstance(value, str) else value


class PreviewQuery(Query):
    """Which version to look at, in which language and section."""

    number: int | None = Field(default=None, ge=1)
    language: str | None = Field(default=None, max_length=12)
    section: int = Field(default=1, ge=1, le=100)


class FormOut(Output):
    """A form."""

    id: int
    purpose: FormPurpose
    name: str
    created_at: datetime


class VersionOut(Output):
    """A version, with how many people are filling it (`drafts`) and have submitted it."""

    number: int
    revision: int
    published_at: datetime | None
    drafts: int
    submitted: int


class FormDetailOut(FormOut):
    """A form with its versions, newest first."""

    versions: list[VersionOut]


class DraftOut(Output):
    """The draft version as it stands."""

    number: int
    revision: int


class FlawOut(Output):
    """One thing to mend in a document: where (JSON pointer), what is wrong, what would be right."""

    pointer: str
    reason: str
    remedy: str


class MissingOut(Output):
    """A text that lacks one of the form's languages and falls back to the first."""

    pointer: str
    language: str


class ReportOut(Output):
    """What a document is worth."""

    is_valid: bool
    flaws: list[FlawOut]
    missing: list[MissingOut]


class ChangedOut(Output):
    """A question that differs between the published version and the draft, and who has answered it."""

    key: str
    changes: list[str]
    drafts: int
    submitted: int


class ConsequencesOut(Output):
    """What publishing the draft would do. `drafts` move to it with their answers; `submitted` keep their version."""

    drafts: int
    submitted: int
    added: list[str]
    removed: list[ChangedOut]
    changed: list[ChangedOut]


class PublishedOut(Output):
    """The version now published, and how many drafts moved to it."""

    number: int
    moved_drafts: int


class LibraryOut(Output):
    """A form that ships with the system."""

    key: str
    document: dict[str, Any]


def text_too_large() -> str:
    """What to say about a document beyond the limit."""
    return _("This file is larger than 2 MB. A form is far smaller: please check that it is the right file.")
