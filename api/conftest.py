"""The world in which tests run.

The database is built by the migrations once per process. An ordinary test runs on one connection inside a transaction
that is rolled back. A test marked `committed` or `browser` commits for real, in a database of its own.
People: `alice` organises `event`, `bob` takes part, `charlie` is a stranger, `anonymous` is nobody.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import config
import flask_migrate
import pytest
from app import create_app
from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, Role
from app.jobs.worker import run_due_jobs
from app.organisations.factories import make_organisation
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import APART, db
from app.utils.postgres import create_database, drop_database, test_server
from app.utils.testing import Client, count_queries, find_chromium, sign_in_client
from flask import Flask
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import undefer
from werkzeug.serving import make_server

SETTINGS = {
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "ARGON2_MEMORY": 64,  # KiB: hashing is not what most tests are about
    "THROTTLING": False,
}
NO_CHROMIUM = "no Chromium on this machine"
ENVIRONMENT = {"DEBUG": "1", "SECRET_KEY": "a key for tests that is long enough for everyone"}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server where databases can be made."""
    with test_server() as url:
        yield url


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """The name of a database built by the migrations, to be copied."""
    name = f"marula_test_{os.getpid()}"
    url = create_database(server, name)
    app = create_app({**config.load({**ENVIRONMENT, "DATABASE_URL": url}).as_config(), **SETTINGS})
    with app.app_context():
        flask_migrate.upgrade(directory="api/migrations")
        db.engine.dispose()
    yield name
    drop_database(server, name)


@pytest.fixture(scope="session")
def _shared(server: str, template: str) -> Iterator[tuple[Flask, Engine]]:
    """The application and the database that ordinary tests share."""
    name = f"{template}_shared"
    url = create_database(server, name, template=template)
    app = create_app({**config.load({**ENVIRONMENT, "DATABASE_URL": url}).as_config(), **SETTINGS})
    app.test_client_class = Client
    with app.app_context():
        engine = db.engine
    yield app, engine
    engine.dispose()
    drop_database(server, name)


@contextmanager
def _rolled_back(engine: Engine) -> Iterator[Any]:
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


@contextmanager
def _committed(server: str, template: str) -> Iterator[Engine]:
    name = f"{template}_{threading.get_ident()}"
    engine = create_engine(create_database(server, name, template=template), pool_size=30, pool_pre_ping=True)
    try:
        yield engine
    finally:
        engine.dispose()
        drop_database(server, name)


@pytest.fixture
def app(
    request: pytest.FixtureRequest, _shared: tuple[Flask, Engine], server: str, template: str
) -> Iterator[Flask]:
    """The application on this test's database. No application context is open: requests must bring their own."""
    app, engine = _shared
    alone = any(request.node.get_closest_marker(name) for name in ("committed", "browser"))
    kept = dict(app.config)
    engines: dict[str | None, Any] = db._app_engines[app]
    apart = engines[APART]
    try:
        with _committed(server, template) if alone else _rolled_back(engine) as bind:
            engines[None] = engines[APART] = bind
            yield app
    finally:
        engines[None], engines[APART] = engine, apart
        app.config.clear()
        app.config.update(kept)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, for tests of rules that make no request."""
    with app.app_context():
        yield


@contextmanager
def _making(app: Flask) -> Iterator[None]:
    """Make things as production would have: committed, in a context that is closed before the request."""
    with app.app_context():
        yield
        db.session.commit()


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    """An organisation, with nobody in it."""
    with _making(app):
        return make_organisation()


@pytest.fixture
def event(app: Flask, organisation: Organisation) -> Event:
    """A published event of `organisation` whose call is open."""
    with _making(app):
        return make_event(organisation)


@pytest.fixture
def alice(app: Flask, event: Event) -> Client:
    """Alice organises `event`."""
    return _person(app, "Alice", "Okeke", event)


@pytest.fixture
def bob(app: Flask) -> Client:
    """Bob has a verified account and takes part."""
    return _person(app, "Bob", "Ndiaye")


@pytest.fixture
def charlie(app: Flask) -> Client:
    """Charlie has a verified account and nothing to do with anything."""
    return _person(app, "Charlie", "Silva")


@pytest.fixture
def anonymous(app: Flask) -> Client:
    """Nobody: not signed in."""
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def _person(app: Flask, given_name: str, family_name: str, event: Event | None = None) -> Client:
    with _making(app):
        email = f"{given_name.lower()}@example.org"
        user: User = make_user(email=email, given_name=given_name, family_name=family_name)
        if event is not None:
            make_role(event, user, Role.ORGANISER)
    return sign_in_client(app, user)


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """Runs the deferred jobs that are due, on the test's own connection; gives how many there were."""
    return lambda: run_due_jobs(app)


@pytest.fixture
def queued_mail(app: Flask) -> Callable[[], list[Message]]:
    """Gives all messages in the outbox, oldest first, with their texts, free of the session."""

    def read() -> list[Message]:
        with app.app_context():
            messages = list(db.session.scalars(select(Message).order_by(Message.id).options(undefer("*"))))
            db.session.expunge_all()
        return messages

    return read


@pytest.fixture
def queries() -> Any:
    """The counter of SQL statements, as a context manager."""
    return count_queries


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The address of a running server on this test's database; for tests marked `browser` or `committed`."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["PUBLIC_URL"] = address = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium; the test is skipped where there is none."""
    path = find_chromium()
    if path is None:
        assert os.environ.get("BROWSER_TESTS") != "required", "Chromium is wanted and not there"
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # slow, and for browser tests only

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Any, live: str, app: Flask) -> Iterator[Callable[..., Any]]:
    """`open_browser(user=None, phone=True, language="en", dark=False, scripts=True)` gives a page of a fresh profile."""
    contexts = []

    def open_one(
        user: User | None = None,
        *,
        phone: bool = True,
        language: str = "en",
        dark: bool = False,
        scripts: bool = True,
    ) -> Any:
        from app.users.door import session_cookie  # noqa: PLC0415
        from app.users.services import sessions  # noqa: PLC0415

        context = chromium.new_context(
            base_url=live,
            viewport={"width": 360, "height": 780} if phone else {"width": 1280, "height": 800},
            locale=language,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if user is not None:
            with app.app_context():
                secret = sessions.open_cookie(user)
                name = session_cookie()
                db.session.commit()
            context.add_cookies([{"name": name, "value": secret, "url": live}])
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many browser tests were left out, so that nobody takes a short run for a whole one."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if NO_CHROMIUM in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests were skipped: {NO_CHROMIUM}.")
