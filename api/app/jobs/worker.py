"""The process that runs jobs: `run.py worker` starts it, as many times as one likes."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Flask
from procrastinate import JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.jobs import services
from app.jobs.tasks import AT_START, MAIL, QUEUES, procrastinate
from app.utils.database import db

log = structlog.get_logger("marula")

CONCURRENCY = 2
# One message in hand at a time: a worker that dies repeats one at the most.
MAIL_CONCURRENCY = 1
HEARTBEAT = 10.0
STALLED = 30.0
PAUSE = 5.0
TICK = 0.25

_stopping = threading.Event()


def is_stopping() -> bool:
    """Whether this worker has been asked to stop: a job that loops leaves after the step in hand."""
    return _stopping.is_set()


def stop() -> None:
    """Ask the worker in this process to finish the jobs in hand and leave. Safe from any thread."""
    _stopping.set()


def run_worker(flask_app: Flask, *, until_idle: bool = False) -> None:
    """Run jobs until SIGTERM or SIGINT, which let the jobs in hand finish; with `until_idle`, until none is due.

    Each queue has slots of its own, so that a mail server that stalls holds up nothing but mail. When the database
    goes away the worker waits and comes back.
    """
    _stopping.clear()
    # It reports every step of every job at INFO; ours is one line a job.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    with _heeding_signals():
        while not _stopping.is_set():
            try:
                _begin(flask_app)
                asyncio.run(_work(flask_app, until_idle=until_idle))
            except (ConnectorException, OperationalError, PoolTimeout) as problem:
                log.error("worker_lost_database", error=type(problem).__name__)
            if until_idle:
                return
            _stopping.wait(PAUSE)


@contextmanager
def _heeding_signals() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _begin(flask_app: Flask) -> None:
    with flask_app.app_context():
        count = services.retry_stalled(after_seconds=STALLED)
        for name in sorted(AT_START):
            services.defer(name)
        db.session.commit()
    if count:
        log.warning("worker_took_back_jobs", count=count)


async def _work(flask_app: Flask, *, until_idle: bool) -> None:
    connector = PsycopgConnector(conninfo=_conninfo(flask_app), min_size=1, max_size=5)
    with procrastinate.replace_connector(connector):
        async with procrastinate.open_async():
            runs = [
                asyncio.create_task(
                    procrastinate.run_worker_async(
                        queues=[queue],
                        name=queue,
                        concurrency=MAIL_CONCURRENCY if queue == MAIL else CONCURRENCY,
                        wait=not until_idle,
                        install_signal_handlers=False,
                        delete_jobs="successful",
                        update_heartbeat_interval=HEARTBEAT,
                        stalled_worker_timeout=STALLED,
                        task_middleware=[_in_application(flask_app)],
                    )
                )
                for queue in QUEUES
            ]
            # A run ends by itself only when idle or in trouble; in trouble, all of them begin anew.
            enough = all if until_idle else any
            while not (_stopping.is_set() or enough(run.done() for run in runs)):
                await asyncio.wait([run for run in runs if not run.done()], timeout=TICK)
            for run in runs:
                # Cancelled once, a run lets its jobs finish (cancelled twice, it would drop them).
                run.cancel()
            for result in await asyncio.gather(*runs, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result


def _in_application(flask_app: Flask) -> Callable[[Callable[[], Any], JobContext, Any], None]:
    """A job is a door: it opens a context with a session of its own, and commits."""

    def run(call_next: Callable[[], Any], context: JobContext, _worker: Any) -> None:
        started = time.monotonic()
        with flask_app.app_context():
            call_next()
            db.session.commit()
        milliseconds = round((time.monotonic() - started) * 1000)
        log.info("job_done", task=context.job.task_name, job=context.job.id, ms=milliseconds)

    return run


def run_due_jobs(flask_app: Flask) -> int:
    """Run here and now, one after the other, the jobs that are due; how many. An error is raised, not retried.

    For tests, whose database is a transaction that no other process sees.
    """
    count = 0
    while True:
        with flask_app.app_context():
            taken = db.session.execute(TAKE).one_or_none()
            if taken is None:
                return count
            procrastinate.tasks[taken.task_name](**taken.args)
            db.session.commit()
        count += 1


TAKE = text(
    """
    DELETE FROM procrastinate_jobs WHERE id = (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY priority DESC, id LIMIT 1
    ) RETURNING task_name, args
    """
)


def _conninfo(flask_app: Flask) -> str:
    with flask_app.app_context():
        return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
