"""The housekeeping of the queue itself."""

from sqlalchemy import text

from app.jobs import services
from app.jobs.tasks import task
from app.utils.database import db


@task(name="jobs.retry_stalled", every="* * * * * */30")
def retry_stalled() -> None:
    """Take back the jobs of workers that died."""
    services.retry_stalled()


@task(name="jobs.remove_old", every="17 3 * * *")
def remove_old() -> None:
    """Forget jobs that ended, in whatever way, over thirty days ago (those that succeed are removed at once)."""
    db.session.execute(
        text(
            """
            DELETE FROM procrastinate_jobs job
            WHERE status NOT IN ('todo', 'doing') AND NOT EXISTS (
                SELECT FROM procrastinate_events event
                WHERE event.job_id = job.id AND event.at > now() - interval '30 days'
            )
            """
        )
    )
