"""Our own PostgreSQL for a checkout, so that nothing has to be installed: one for `make run`, one for the tests."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import sql

from app.utils.postgres_home import CannotStart, find_home
from app.utils.postgres_server import Server

CHECKOUT = Path(__file__).resolve().parents[3]
DATABASE = ROLE = "marula"
TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


@contextmanager
def embedded_server() -> Iterator[Server]:
    """This checkout's own server, with the database that `Server.url(DATABASE, ROLE)` names. Raises `CannotStart`."""
    with Server(find_home(CHECKOUT, "database")) as server:
        with server.connect() as connection:
            if not _exists(connection, "pg_roles", "rolname", ROLE):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
            if not _exists(connection, "pg_database", "datname", DATABASE):
                set_stage(server, Stage.NEW)
                _create_owned(connection)
        yield server


class Stage(StrEnum):
    """How far the setting up of our own database has come; a kill may leave it anywhere."""

    NEW = "new"
    FILLING = "filling"
    FILLED = "filled"
    PLAIN = "plain"


def find_stage(server: Server) -> Stage:
    """Whether the database is new, half filled with the demonstration, filled with it, or was never to be filled."""
    note = server.home.path / "stage"
    return Stage(note.read_text()) if note.exists() else Stage.PLAIN


def set_stage(server: Server, stage: Stage) -> None:
    """Remember how far the database is."""
    (server.home.path / "stage").write_text(stage)


def begin_anew(server: Server) -> None:
    """Replace the database by an empty one: what is in it was not finished, and nobody has used it."""
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        _create_owned(connection)
    set_stage(server, Stage.NEW)


def _create_owned(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    names = (sql.Identifier(DATABASE), sql.Identifier(ROLE))
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))


@contextmanager
def test_server() -> Iterator[str]:
    """The address, as superuser, of a server on which tests may make databases of their own.

    `TEST_DATABASE_URL` when it is set; else a server of this checkout that trades safety for speed. Any number of
    processes may use it at once.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield f"postgresql+psycopg://{given.partition('://')[2]}"
        return
    server = Server(find_home(CHECKOUT, "tests"), TEST_SETTINGS, durable=False)
    try:
        server.__enter__()
    except CannotStart:
        # Without fsync a power cut may leave data that nobody can read; nobody needs them either.
        shutil.rmtree(server.home.data)
        server.__enter__()
    try:
        yield server.url()
    finally:
        server.__exit__()


test_server.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def create_database(url: str, name: str, template: str | None = None) -> str:
    """Make the database `name` on the server of `url`, as a copy of `template` if given; returns its address."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        # FILE_COPY without fsync is the fastest way for the small databases of tests.
        statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
    with _connect_to(url) as connection:
        connection.execute(statement)
    return database_url(url, name)


def drop_database(url: str, name: str) -> None:
    """Remove the database `name`, if it is there, and whoever is still connected to it."""
    with _connect_to(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def database_url(url: str, name: str) -> str:
    """`url` with the database `name` in place of its own."""
    head, _, query = url.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")


def _connect_to(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)


def _exists(connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return connection.execute(query, [name]).fetchone() is not None
