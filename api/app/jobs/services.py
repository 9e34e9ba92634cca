"""Deferring work, and taking back what a dead worker left lying."""

from datetime import datetime
from typing import Any

from procrastinate import SyncPsycopgConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from sqlalchemy import text

from app.jobs.tasks import procrastinate
from app.utils.database import db

# Never opened: every statement goes over the session's own connection.
_manager = JobManager(SyncPsycopgConnector())

SELECT_STALLED = text(
    """
    SELECT job.id FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
    ORDER BY job.id
    FOR UPDATE OF job SKIP LOCKED
    """
)
RETRY = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")


def defer(name: str, /, *, at: datetime | None = None, **arguments: Any) -> None:
    """Have a worker run the task `name` with `arguments` (JSON values; ids rather than things), not before `at`.

    The job is written on the session's own connection: it exists if and only if the change beside it is committed.
    Raises KeyError when no handler offers such a task.
    """
    deferrer = configure_task(
        name=name,
        job_manager=_manager,
        queue=procrastinate.tasks[name].queue,
        schedule_at=at,
        connection=db.session.connection().connection.driver_connection,
    )
    deferrer.defer(**arguments)


def retry_stalled(*, after_seconds: float = 30) -> int:
    """Put back into the queue every job whose worker is gone or has been silent for `after_seconds`; how many."""
    ids = db.session.scalars(SELECT_STALLED, {"seconds": after_seconds}).all()
    for job_id in ids:
        db.session.execute(RETRY, {"id": job_id})
    return len(ids)
