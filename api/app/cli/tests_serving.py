"""The web server as it runs for people: slow clients, large bodies, the end of its process."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from app.cli.testing import KEY, Command, wait_until
from app.utils.postgres import create_database, drop_database

JSON = {"Content-Type": "application/json"}
NOWHERE = "postgresql://nowhere/none"
SLOW = 20

pytestmark = pytest.mark.committed


@contextmanager
def serving(server: str, template: str) -> Iterator[tuple[Command, str]]:
    """A web server with DEBUG on, on a database of its own, and the database's address."""
    name = f"{template}_process_{time.monotonic_ns()}"
    database = create_database(server, name, template=template)
    try:
        with Command("serve", environ={"DEBUG": "1", "SECRET_KEY": KEY, "DATABASE_URL": database}) as command:
            command.wait_for_answer("/readyz")
            yield command, database
    finally:
        drop_database(server, name)


@pytest.fixture(scope="module")
def web(server: str, template: str) -> Iterator[Command]:
    """A web server that several tests use."""
    with serving(server, template) as (command, _):
        yield command


@pytest.fixture
def ending(server: str, template: str) -> Iterator[tuple[Command, str]]:
    """A web server to be ended, and its database."""
    with serving(server, template) as found:
        yield found


def register(web: Command) -> str:
    status, body = web.request("POST", "/api/v1/user", make_credentials(), JSON)
    assert status == 201
    return str(json.loads(body)["token"])


def make_credentials() -> str:
    return json.dumps({"email": f"new{time.monotonic_ns()}@example.org", "password": "123456"})


def read_status(connection: socket.socket) -> int:
    with connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def begin_post(length: int) -> bytes:
    lines = ["POST /api/v1/user HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


class TestSlowClients:
    @pytest.mark.parametrize("part", ["headers", "body"])
    def test_twenty_that_trickle_do_not_stop_the_others(self, web: Command, part: str) -> None:
        token = register(web)
        whole = begin_post(1000) + b"{" + b" " * 500
        sent = 60 if part == "headers" else len(whole) - 400
        with ExitStack() as stack:
            trickling = [stack.enter_context(web.connect()) for _ in range(SLOW)]
            for connection in trickling:
                connection.sendall(whole[:sent])
            for step in range(5):
                for connection in trickling:
                    connection.sendall(whole[sent + step : sent + step + 1])
                began = time.monotonic()
                status, _ = web.request("GET", "/api/v1/user", headers={"Authorization": token})
                assert status == 200
                assert time.monotonic() - began < 2

    def test_a_slow_body_that_arrives_after_all_is_answered(self, web: Command) -> None:
        body = make_credentials().encode()
        with web.connect() as connection:
            connection.sendall(begin_post(len(body)))
            for position in range(len(body)):
                connection.sendall(body[position : position + 1])
            assert read_status(connection) == 201


class TestLimits:
    def test_a_body_over_the_limit_is_refused(self, web: Command) -> None:
        status, body = web.request("POST", "/api/v1/user", "x" * (1024 * 1024 + 1), JSON)
        assert status == 413
        assert json.loads(body)["type"] == "/problems/too-large"

    def test_chunks_over_the_limit_are_refused(self, web: Command) -> None:
        with web.connect() as connection:
            lines = ["POST /api/v1/user HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
            connection.sendall("\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode())
            chunk = b"%x\r\n" % 65536 + b" " * 65536 + b"\r\n"
            try:
                for _ in range(17):
                    connection.sendall(chunk)
                connection.sendall(b"0\r\n\r\n")
            except ConnectionError:
                pass
            assert read_status(connection) == 413

    @pytest.mark.parametrize("chunks", [b"zz\r\nhello\r\n0\r\n\r\n", b"5\r\nhel", b"-1\r\n\r\n"])
    def test_broken_chunks_never_break_the_server(self, web: Command, chunks: bytes) -> None:
        with web.connect() as connection:
            lines = ["POST /api/v1/user HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
            connection.sendall("\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode() + chunks)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096)
            assert b" 500 " not in answer[:20]
        assert web.answers()


class TestEnd:
    def test_a_request_under_way_is_finished_after_sigterm(self, ending: tuple[Command, str]) -> None:
        web, database = ending
        token = register(web)
        with psycopg.connect(database.replace("+psycopg", "")) as blocking, web.connect() as connection:
            blocking.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            lines = ["GET /api/v1/user HTTP/1.1", "Host: localhost", f"Authorization: {token}"]
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            assert wait_until(lambda: _is_waiting(database))
            web.send(signal.SIGTERM)
            time.sleep(1)
            assert web.process.poll() is None
            blocking.rollback()
            assert read_status(connection) == 200
        status, output = web.finish()
        assert status == 0, output

    def test_after_a_kill_of_its_main_process_nothing_is_left(self, ending: tuple[Command, str]) -> None:
        web, _ = ending
        os.kill(web.process.pid, signal.SIGKILL)
        assert wait_until(lambda: not web.answers())

    def test_a_second_server_on_the_same_port_is_refused(self, web: Command) -> None:
        environ = {"DEBUG": "1", "SECRET_KEY": KEY, "DATABASE_URL": NOWHERE, "PORT": str(web.port)}
        with Command("serve", environ=environ) as second:
            status, output = second.finish()
        assert status == 2
        assert f"PORT {web.port}" in output
        assert web.answers()


def _is_waiting(database: str) -> bool:
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
        return bool(found and found[0])


class TestRefusals:
    def test_serve_alone_wants_to_know_the_database_and_says_so(self) -> None:
        with Command("serve", environ={}) as command:
            status, output = command.finish()
        assert status == 2
        for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL"):
            assert name in output
        assert "Traceback" not in output

    def test_a_short_key_is_refused_in_production(self) -> None:
        environ = {"SECRET_KEY": "short", "DATABASE_URL": NOWHERE, "PUBLIC_URL": "https://a.example.org"}
        with Command("worker", environ=environ) as command:
            status, output = command.finish()
        assert status == 2
        assert "at least 32 bytes" in output
