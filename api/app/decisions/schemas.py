"""What travels about decisions."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from app.decisions.models import Verdict
from app.utils.i18n import lazy_gettext
from app.utils.schemas import Input, Output

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class DraftIn(Input):
    """A verdict for some applications; null takes their drafts back."""

    sentences: ClassVar = {"applications": lazy_gettext("Select at least one application.")}

    applications: Annotated[list[Number], Field(min_length=1, max_length=10_000, description="their numbers")]
    verdict: Verdict | None
    rank: Annotated[
        Number | None, Field(description="where one application stands on the waitlist, from 1")
    ] = None


class DraftedOut(Output):
    """How many drafts changed, and the codes of applications that cannot be decided."""

    changed: int
    skipped: list[str]


class PreviewOut(Output):
    """What a release would do now: messages by verdict and by language.

    `newest` stands for exactly these drafts: send it back with the release.
    """

    total: int
    newest: int | None
    verdicts: dict[Verdict, int]
    languages: dict[str, int]


class ReleaseIn(Input):
    """The number of decisions that the person confirmed, and the preview's `newest`.

    With it the release is refused when a draft was changed since.
    """

    sentences: ClassVar = {"expected": lazy_gettext("Say how many decisions you mean to release.")}

    expected: Annotated[int, Field(ge=1, le=1_000_000)]
    newest: Number | None = None


class DecisionOut(Output):
    """What was decided on one's own application, and when it was released."""

    verdict: Verdict
    released_at: datetime


class ReleaseOut(Output):
    """An act that showed decisions."""

    id: int
    released_at: datetime
    counts: dict[Verdict, int]
