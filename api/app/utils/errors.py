"""One family of refusals. A service raises the fact; the door turns it into an answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.utils.i18n import lazy_gettext

Errors = Mapping[str, Sequence[str]]


class Problem(Exception):
    """Something a person can mend or must know.

    `detail` is a sentence that says what to do; `errors` names the fields concerned, each with its sentences; `extra`
    are further members of the problem details, for callers that can use them.
    Subclasses fix `status` (HTTP), `code` (stable, ends up in the problem's `type`) and `title`.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "problem"
    title: ClassVar[str] = lazy_gettext("Something is not right")

    def __init__(self, detail: str = "", *, errors: Errors | None = None) -> None:
        super().__init__(detail)
        self.detail = str(detail) or str(self.title)
        self.errors: dict[str, list[str]] = {name: list(texts) for name, texts in (errors or {}).items()}
        self.extra: dict[str, Any] = {}


class Invalid(Problem):
    """What was sent is wrong; `errors` says where."""

    status = 400
    code = "invalid"
    title = lazy_gettext("Please check what you sent")


class Unauthenticated(Problem):
    """Nobody is signed in, or the token is not (or no longer) good."""

    status = 401
    code = "unauthenticated"
    title = lazy_gettext("Please sign in")


class Forbidden(Problem):
    """The person knows the thing but may not do this."""

    status = 403
    code = "forbidden"
    title = lazy_gettext("You may not do this")


class NotFound(Problem):
    """There is no such thing, or the person may not know that there is."""

    status = 404
    code = "not-found"
    title = lazy_gettext("There is nothing here")


class Conflict(Problem):
    """Well formed, but the state says no."""

    status = 409
    code = "conflict"
    title = lazy_gettext("This cannot be done now")


class Stale(Problem):
    """Somebody else changed it since it was read."""

    status = 412
    code = "stale"
    title = lazy_gettext("Somebody changed this meanwhile")


class TooLarge(Problem):
    """More bytes than we take."""

    status = 413
    code = "too-large"
    title = lazy_gettext("That is too large")


class Unsupported(Problem):
    """A content type we do not read."""

    status = 415
    code = "unsupported"
    title = lazy_gettext("We cannot read that kind of content")


class TooMany(Problem):
    """Too many tries; `retry_after` seconds must pass first."""

    status = 429
    code = "too-many"
    title = lazy_gettext("Too many tries")

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Problem):
    """We are too busy to answer; asking again in a moment helps."""

    status = 503
    code = "unavailable"
    title = lazy_gettext("We are busy for a moment")
