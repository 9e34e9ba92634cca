"""The one Procrastinate application, and the decorator by which the packages' handlers offer tasks."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job

DEFAULT = "default"
MAIL = "mail"
QUEUES = (DEFAULT, MAIL)

# The worker lends it a connector that leads somewhere; deferring never uses this one (see `services.defer`).
procrastinate = App(connector=PsycopgConnector())

Work = Callable[..., None]

AT_START: set[str] = set()


class Backoff(BaseRetryStrategy):
    """Try again after 10 s, 30 s, 90 s and so on, at most six hours apart, `tries` times in all."""

    def __init__(self, tries: int) -> None:
        self.tries = tries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to run `job` again after `exception`, or None to give it up."""
        if job.attempts + 1 >= self.tries:
            return None
        return RetryDecision(retry_in={"seconds": min(10 * 3**job.attempts, 6 * 3600)})


def task(
    *, name: str, queue: str = DEFAULT, tries: int = 10, every: str | None = None, at_start: bool = False
) -> Callable[[Work], Work]:
    """Offer a function as the task `name` ("package.verb"), for `services.defer(name, …)`.

    The function takes ids as keyword arguments, runs in an application context whose session is committed after it,
    and must be safe to run twice. `every` (a cron line, seconds as an optional sixth field) makes it periodic, and
    `at_start` has each worker do it first of all: to go on where a dead one stopped.
    """

    def register(work: Work) -> Work:
        @wraps(work)
        def run(*_: int, **arguments: Any) -> None:
            if every is not None:
                arguments.pop("timestamp", None)
            work(**arguments)

        # A periodic task comes round again by itself.
        retry = Backoff(tries) if every is None else False
        registered = procrastinate.task(name=name, queue=queue, retry=retry)(run)
        if at_start:
            AT_START.add(name)
        if every is not None:
            procrastinate.periodic(cron=every)(registered)
        return work

    return register
