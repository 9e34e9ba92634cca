"""The queue: jobs exist if and only if the change beside them does, and outlive the workers that die of them."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest
from flask import Flask
from procrastinate.jobs import Job
from sqlalchemy import text

from app.jobs import services, tasks, worker
from app.utils.database import db
from app.utils.time import now

COUNT = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'tests.%'")
Work = Callable[..., None]


@pytest.fixture(autouse=True)
def _own_tasks() -> Iterator[None]:
    """Tasks that a test offers are forgotten after it."""
    kept = dict(tasks.procrastinate.tasks)
    yield
    tasks.procrastinate.tasks.clear()
    tasks.procrastinate.tasks.update(kept)


def _count_jobs() -> int:
    return db.session.scalar(COUNT) or 0


def _note(name: str) -> None:
    """What the jobs of these tests do: leave a row in a table that stands alone."""
    statement = text("INSERT INTO attempts (key, count, started_at) VALUES (:key, 1, now())")
    db.session.execute(statement, {"key": name})


def _notes() -> list[str]:
    return list(db.session.scalars(text("SELECT key FROM attempts ORDER BY key")))


def _work_off(app: Flask) -> None:
    """Run a worker until nothing is left to do; on a thread, because browser tests leave a loop running on this one."""
    thread = threading.Thread(target=worker.run_worker, args=(app,), kwargs={"until_idle": True}, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


class TestDeferring:
    def test_a_job_goes_with_the_change_that_is_rolled_back(self, context: None) -> None:
        tasks.task(name="tests.note")(_note)
        services.defer("tests.note", name="kept")
        db.session.commit()
        services.defer("tests.note", name="lost")
        assert _count_jobs() == 2
        db.session.rollback()
        assert _count_jobs() == 1

    def test_a_task_that_nobody_offers_is_refused(self, context: None) -> None:
        with pytest.raises(KeyError):
            services.defer("tests.no_such_task")

    def test_due_jobs_run_on_the_tests_connection_and_commit(
        self, app: Flask, run_jobs: Callable[[], int]
    ) -> None:
        tasks.task(name="tests.note")(_note)
        with app.app_context():
            services.defer("tests.note", name="now")
            services.defer("tests.note", at=now() + timedelta(hours=1), name="later")
            db.session.commit()
        assert run_jobs() == 1
        assert run_jobs() == 0
        with app.app_context():
            assert _notes() == ["now"]
            assert _count_jobs() == 1


def test_pauses_grow_up_to_six_hours_and_end() -> None:
    backoff = tasks.Backoff(tries=10)

    def wait(attempts: int) -> float | None:
        job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
        decision = backoff.get_retry_decision(exception=ValueError(), job=job)
        return (
            None
            if decision is None or decision.retry_at is None
            else (decision.retry_at - now()).total_seconds()
        )

    waits = [wait(attempts) for attempts in range(10)]
    assert [round(pause) for pause in waits[:4] if pause] == [10, 30, 90, 270]
    assert round(waits[8] or 0) == 6 * 3600
    assert waits[9] is None


@pytest.mark.committed
class TestWorker:
    def test_it_runs_jobs_of_every_queue_and_forgets_them(self, app: Flask) -> None:
        tasks.task(name="tests.note")(_note)
        tasks.task(name="tests.mail", queue=tasks.MAIL)(_note)
        with app.app_context():
            services.defer("tests.note", name="one")
            services.defer("tests.mail", name="two")
            db.session.commit()
        _work_off(app)
        with app.app_context():
            assert _notes() == ["one", "two"]
            assert _count_jobs() == 0

    def test_a_job_that_fails_leaves_nothing_behind_and_is_tried_again_later(
        self, app: Flask, caplog: pytest.LogCaptureFixture
    ) -> None:
        @tasks.task(name="tests.fail")
        def fail() -> None:
            _note("half done")
            raise ValueError("not today")

        with app.app_context():
            services.defer("tests.fail")
            db.session.commit()
        with caplog.at_level(logging.CRITICAL):
            _work_off(app)
        with app.app_context():
            assert _notes() == []
            job = db.session.execute(
                text(
                    "SELECT status, attempts, scheduled_at FROM procrastinate_jobs WHERE task_name = 'tests.fail'"
                )
            ).one()
        assert (job.status, job.attempts) == ("todo", 1)
        assert job.scheduled_at > now()

    def test_a_job_may_defer_another(self, app: Flask) -> None:
        tasks.task(name="tests.note")(_note)

        @tasks.task(name="tests.parent")
        def parent() -> None:
            services.defer("tests.note", name="child")

        with app.app_context():
            services.defer("tests.parent")
            db.session.commit()
        _work_off(app)
        _work_off(app)
        with app.app_context():
            assert _notes() == ["child"]

    def test_the_jobs_of_a_dead_worker_are_taken_back_and_those_of_a_live_one_are_not(
        self, app: Flask
    ) -> None:
        tasks.task(name="tests.note")(_note)
        with app.app_context():
            for name in ("of the dead", "of the forgotten", "of the living"):
                services.defer("tests.note", name=name)
            db.session.execute(
                text(
                    "WITH w AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES"
                    " (now() - interval '31 seconds'), (now() - interval '5 seconds') RETURNING id, last_heartbeat)"
                    " UPDATE procrastinate_jobs j SET status = 'doing', worker_id = CASE args->>'name'"
                    " WHEN 'of the dead' THEN (SELECT id FROM w ORDER BY last_heartbeat LIMIT 1)"
                    " WHEN 'of the living' THEN (SELECT id FROM w ORDER BY last_heartbeat DESC LIMIT 1) END"
                )
            )
            assert services.retry_stalled() == 2
            doing = db.session.scalars(
                text("SELECT args->>'name' FROM procrastinate_jobs WHERE status = 'doing'")
            )
            assert doing.all() == ["of the living"]

    def test_asked_to_stop_it_finishes_the_job_in_hand(self, app: Flask) -> None:
        begun, go_on = threading.Event(), threading.Event()

        @tasks.task(name="tests.slow")
        def slow() -> None:
            begun.set()
            assert go_on.wait(10)
            _note("finished")

        with app.app_context():
            services.defer("tests.slow")
            db.session.commit()
        thread = threading.Thread(target=worker.run_worker, args=(app,), daemon=True)
        thread.start()
        has_begun = begun.wait(10)
        worker.stop()
        go_on.set()
        thread.join(15)
        assert has_begun
        assert not thread.is_alive()
        with app.app_context():
            assert _notes() == ["finished"]

    def test_when_the_database_cuts_its_connections_it_comes_back(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "PAUSE", 0.2)
        done = {"before": threading.Event(), "after": threading.Event()}
        tasks.task(name="tests.signal")(lambda name: done[name].set())

        def defer(name: str) -> None:
            with app.app_context():
                services.defer("tests.signal", name=name)
                db.session.commit()

        thread = threading.Thread(target=worker.run_worker, args=(app,), daemon=True)
        thread.start()
        try:
            defer("before")
            assert done["before"].wait(10)
            with app.app_context():
                db.session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            defer("after")
            assert done["after"].wait(20)
        finally:
            worker.stop()
            thread.join(15)
        assert not thread.is_alive()


class TestSchema:
    MIGRATION = Path(__file__).parents[2] / "migrations" / "versions" / "0001_jobs.py"

    def test_the_frozen_schema_is_what_the_installed_release_wants(self) -> None:
        """When this fails, a new release changed its schema: write a migration that carries the change, then this."""
        frozen = re.search(r'SCHEMA = """\\\n(.*?)"""', self.MIGRATION.read_text(encoding="utf-8"), re.DOTALL)
        wanted = (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
        assert frozen is not None
        assert frozen[1] == wanted

    def test_the_database_has_its_functions_word_for_word(self, context: None) -> None:
        source = db.session.scalar(
            text("SELECT prosrc FROM pg_proc WHERE proname = 'procrastinate_prune_stalled_workers_v1'")
        )
        assert "'SECOND')::INTERVAL" in (source or "")
        refusal = db.session.scalar(
            text("SELECT prosrc FROM pg_proc WHERE proname = 'procrastinate_finish_job_v1'")
        )
        assert '"aborted" (job id: %)' in (refusal or "")
