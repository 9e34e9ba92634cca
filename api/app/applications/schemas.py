"""What travels about one's own application."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.applications.models import ApplicationState
from app.utils.schemas import Input, Output


class AnswersIn(Input):
    """Changed answers by question key; null takes one back.

    `save_id` is made by the client, once for each save: a repeat of the same one changes nothing and answers the
    revision it made.
    """

    answers: dict[str, Any] = Field(max_length=300)
    save_id: str | None = Field(default=None, min_length=1, max_length=64)


class PageSaveIn(Input):
    """A save by the page's own script: what the changed controls hold, typed by this account, on this revision."""

    account: int
    answers: dict[str, list[str]] = Field(max_length=300)
    save_id: str = Field(min_length=1, max_length=64)
    revision: int = Field(ge=0)


class SavedOut(Output):
    """The revision that the save made: the next one builds on it.

    `others` are the answers that were changed elsewhere since the revision this save built on (null: taken back).
    """

    revision: int
    saved_at: datetime
    others: dict[str, Any]


class PageSavedOut(SavedOut):
    """The same with sentences, by question key, about what could not be kept; the rest was."""

    errors: dict[str, list[str]]


class SectionQuery(Input):
    """`check` asks for what is still to mend in the section to be shown."""

    check: bool = False


class SectionOut(Output):
    """How far one section is."""

    key: str
    visible: bool
    questions: int
    answered: int
    missing: int
    faulty: int
    is_done: bool


class OwnApplicationOut(Output):
    """One's own application: what is being worked on, and what counts.

    `answers` are the draft's while there is one (`has_draft`), else the submitted ones. `errors` says, by question
    key, what a submission would hear. `counts` is false while the address waits to be verified, by `verify_by`.
    """

    number: str
    state: ApplicationState
    has_draft: bool
    revision: int | None = Field(description="the draft's; the ETag says the same")
    form_version: int
    answers: dict[str, Any]
    errors: dict[str, list[str]]
    sections: list[SectionOut]
    first_submitted_at: datetime | None
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    counts: bool
    verify_by: datetime | None


class HistoryOut(Output):
    """One thing that happened."""

    at: datetime
    action: str
