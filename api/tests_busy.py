"""A database that is slow, locked, cut off or asked by too many: people are told to come back, and nothing hangs for good."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from app.users.factories import make_user
from app.utils.database import APART, db
from app.utils.testing import Client, sign_in_client
from flask import Flask
from sqlalchemy import Engine, create_engine, text

pytestmark = pytest.mark.committed


@pytest.fixture
def few(app: Flask) -> Iterator[Callable[..., None]]:
    """`few(statement_timeout=…)` leaves the application two connections, and one for what must survive a refusal."""
    engines: dict[str | None, Any] = db._app_engines[app]
    url = engines[None].url
    made: list[Engine] = []

    def limit(statement_timeout: int = 15_000) -> None:
        options: dict[str, Any] = {
            "max_overflow": 0,
            "pool_timeout": 1,
            "pool_pre_ping": True,
            "connect_args": {"options": f"-c statement_timeout={statement_timeout}"},
        }
        engines[None] = create_engine(url, pool_size=2, **options)
        engines[APART] = create_engine(url, pool_size=1, **options)
        made.extend((engines[None], engines[APART]))

    yield limit
    for engine in made:
        engine.dispose()


@pytest.fixture
def locker(app: Flask) -> Iterator[Any]:
    """A connection beside the application's, to stand in its way."""
    engine = create_engine(db._app_engines[app][None].url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def many(number: int, call: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(number) as pool:
        return [one.result() for one in [pool.submit(call) for _ in range(number)]]


class TestTooMany:
    def test_requests_that_need_a_second_connection_do_not_wait_for_each_other(
        self, app: Flask, few: Callable[..., None]
    ) -> None:
        with app.app_context():
            person = make_user(email_verified_at=None)
            db.session.commit()
        client = sign_in_client(app, person)
        app.config["THROTTLING"] = True
        few()
        began = time.monotonic()
        answers = many(
            12,
            lambda: _again(app, client).post(
                "/api/v1/user/verification", environ_base={"REMOTE_ADDR": "192.0.2.1"}
            ),
        )
        assert set(Counter(answer.status_code for answer in answers)) <= {204, 429}
        assert time.monotonic() - began < 5

    def test_whoever_gets_no_connection_is_told_when_to_come_back(
        self, app: Flask, bob: Client, few: Callable[..., None], locker: Any
    ) -> None:
        few()
        locker.execute(text("LOCK TABLE users IN ACCESS EXCLUSIVE MODE"))
        with ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(_again(app, bob).get, "/api/v1/user") for _ in range(4)]
            time.sleep(2)
            # No connection for a page either, and none is needed to say so.
            page = _again(app, bob).get("/home")
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
            locker.rollback()
            answers = [one.result() for one in waiting]
        assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503]
        [refused, _other] = [answer for answer in answers if answer.status_code == 503]
        assert refused.headers["Retry-After"] == "5"
        assert refused.json["type"] == "/problems/unavailable"
        assert bob.get("/api/v1/user").status_code == 200


class TestSlow:
    def test_a_statement_that_takes_too_long_ends(
        self, bob: Client, few: Callable[..., None], locker: Any
    ) -> None:
        few(statement_timeout=300)
        locker.execute(text("LOCK TABLE users IN ACCESS EXCLUSIVE MODE"))
        answer = bob.get("/api/v1/user")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "statement" not in answer.text
        locker.rollback()
        assert bob.get("/api/v1/user").status_code == 200


class TestCutOff:
    def test_the_next_request_finds_a_connection_again(
        self, bob: Client, few: Callable[..., None], locker: Any
    ) -> None:
        few()
        cut = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        for _ in range(3):
            assert bob.get("/api/v1/user").status_code == 200
            locker.execute(cut)
            assert bob.get("/api/v1/user").status_code == 200
            assert bob.get("/account").status_code == 200


def _again(app: Flask, client: Client) -> Client:
    """Another browser with the same token and cookies, for another thread."""
    other = app.test_client()
    assert isinstance(other, Client)
    other.user, other.token = client.user, client.token
    other._cookies = dict(client._cookies or {})
    return other
