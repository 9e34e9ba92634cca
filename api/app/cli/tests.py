"""The command line: everything at once, its end and its recovery; migrations; administrators."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.cli.testing import CHECKOUT, KEY, Command, free_port, wait_until
from app.demo import story
from app.demo.services import list_sign_ins
from app.utils.postgres import Stage, create_database, drop_database
from app.utils.postgres_home import find_home

PRODUCTION = {"DEBUG": "0", "SECRET_KEY": KEY}
CREDENTIALS = json.dumps({"email": "new@example.org", "password": "a violet lighthouse keeper"})
JSON = {"Content-Type": "application/json"}

pytestmark = pytest.mark.committed


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of this checkout, with data of its own."""
    leave_out = shutil.ignore_patterns("tests*.py")
    shutil.copytree(CHECKOUT / "api", tmp_path / "api", ignore=leave_out)
    yield tmp_path
    for process in find_processes(tmp_path):
        process.kill()
    shutil.rmtree(find_home(tmp_path, "database").path)


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    name = f"{template}_command_{free_port()}"
    yield create_database(server, name, template=template)
    drop_database(server, name)


def find_processes(checkout: Path) -> list[psutil.Process]:
    """What runs in this checkout or on its database."""
    home = str(find_home(checkout, "database").path)
    found = []
    for process in psutil.process_iter():
        try:
            folder = process.cwd()
            if process.status() != psutil.STATUS_ZOMBIE and folder.startswith((str(checkout), home)):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def sign_in(command: Command) -> int:
    return command.request("POST", "/api/v1/authenticate", CREDENTIALS, JSON)[0]


def start(checkout: Path, port: int) -> Command:
    command = Command("run", environ={**PRODUCTION, "PORT": str(port)}, checkout=checkout)
    command.wait_for_answer("/readyz")
    return command


class TestRun:
    def test_it_keeps_the_data_and_leaves_no_process(self, checkout: Path) -> None:
        port = free_port()
        for number in (signal.SIGINT, signal.SIGTERM):
            with start(checkout, port) as command:
                if number == signal.SIGINT:
                    assert command.request("POST", "/api/v1/user", CREDENTIALS, JSON)[0] == 201
                assert sign_in(command) == 200
                command.send(number)
                status, output = command.finish()
            assert status == 0, output
            assert f"http://localhost:{port}" in output
            assert find_processes(checkout) == []

    def test_after_a_kill_of_all_or_of_a_part_the_next_start_recovers(self, checkout: Path) -> None:
        port = free_port()
        with start(checkout, port) as command:
            assert command.request("POST", "/api/v1/user", CREDENTIALS, JSON)[0] == 201
            for process in find_processes(checkout):
                process.kill()
            command.finish()
        with start(checkout, port) as command:
            assert sign_in(command) == 200
            os.kill(command.process.pid, signal.SIGKILL)  # only the one that watches over the others
            command.finish()
        with start(checkout, port) as command:
            assert sign_in(command) == 200
            postmaster = next(found for found in find_processes(checkout) if "postgres" in found.name())
            postmaster.kill()
            status, output = command.finish()
            assert status == 1
            assert "start again" in output
        with start(checkout, port) as command:
            assert sign_in(command) == 200
            command.send(signal.SIGINT)
            assert command.finish()[0] == 0
        assert find_processes(checkout) == []

    def test_without_debug_a_real_key_is_wanted_before_anything_is_started(self, checkout: Path) -> None:
        for environ in ({"DEBUG": "0"}, {"DEBUG": "0", "SECRET_KEY": "short"}):
            with Command("run", environ=environ, checkout=checkout) as command:
                status, output = command.finish()
            assert status == 2
            assert "SECRET_KEY" in output
            assert "Traceback" not in output
        assert not (checkout / "var").exists()

    def test_it_uses_the_database_it_is_given(self, checkout: Path, database: str) -> None:
        environ = {**PRODUCTION, "DATABASE_URL": database}
        with Command("run", environ=environ, checkout=checkout) as command:
            command.wait_for_answer("/readyz")
            assert command.request("POST", "/api/v1/user", CREDENTIALS, JSON)[0] == 201
            command.send(signal.SIGINT)
            assert command.finish()[0] == 0
        with psycopg.connect(database.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT email FROM users").fetchall() == [("new@example.org",)]
        assert not (checkout / "var" / "postgres").exists()

    def test_a_new_database_gets_the_demonstration_once_even_when_the_first_attempt_is_killed(
        self, checkout: Path
    ) -> None:
        environ = {"DEBUG": "1", "DEMO_APPLICANTS": "4"}
        stage = find_home(checkout, "database").path / "stage"
        with Command("run", environ=environ, checkout=checkout) as command:
            assert wait_until(lambda: stage.exists() and stage.read_text() == Stage.FILLING)
            for process in find_processes(checkout):
                process.kill()
            command.finish()
        for loads in (True, False):
            with Command("run", environ=environ, checkout=checkout) as command:
                command.wait_for_answer("/readyz")
                (someone,) = [found for found in list_sign_ins() if found.role == "organiser"]
                body = json.dumps({"email": someone.email, "password": story.PASSWORD})
                assert command.request("POST", "/api/v1/authenticate", body, JSON)[0] == 200
                command.send(signal.SIGINT)
                status, output = command.finish()
            assert status == 0, output
            assert ("is loaded" in output) == loads
            assert output.count(someone.email) == 1
            assert story.PASSWORD in output


class TestMigrations:
    def test_the_commands_of_the_brief_write_numbered_files_into_the_checkout(
        self, checkout: Path, database: str
    ) -> None:
        environ = {**PRODUCTION, "DATABASE_URL": database}
        versions = checkout / "api" / "migrations" / "versions"
        before = set(versions.glob("*.py"))

        def run(*arguments: str) -> str:
            with Command("db", *arguments, environ=environ, checkout=checkout) as command:
                status, output = command.finish()
            assert status == 0, output
            return output

        assert "nothing to migrate" in run("migrate", "--directory", "api/migrations")
        assert set(versions.glob("*.py")) == before
        number = max(int(path.name[:4]) for path in before) + 1
        for name in ("one", "two"):
            run(
                "revision", "--directory", "api/migrations", "--head", _newest(before), "--splice", "-m", name
            )
            # The other branch cannot see this one's file yet.
            (versions / f"{number:04}_{name}.py").rename(checkout / f"{name}.py")
        for name in ("one", "two"):
            (checkout / f"{name}.py").rename(versions / f"{number:04}_{name}.py")
        run("merge", "--directory", "api/migrations", "heads")
        merged = (versions / f"{number + 1:04}_merge.py").read_text()
        assert f"{number:04}_one" in merged
        assert f"{number:04}_two" in merged
        run("upgrade")
        assert f"{number + 1:04}_merge (head)" in run("current")
        run("downgrade", f"{number:04}_one")
        run("upgrade")

    def test_two_upgrades_at_once_wait_for_each_other(self, server: str) -> None:
        name = f"marula_upgrade_{free_port()}"
        environ = {**PRODUCTION, "DATABASE_URL": create_database(server, name)}
        try:
            commands = [Command("db", "upgrade", environ=environ) for _ in range(3)]
            results = [command.finish() for command in commands]
        finally:
            drop_database(server, name)
        assert [status for status, _ in results] == [0, 0, 0], results


class TestAdministrators:
    def test_an_account_is_made_or_promoted(self, database: str) -> None:
        environ = {**PRODUCTION, "DATABASE_URL": database}
        words = ("create-admin", "--email", "root@example.org", "--password", "a violet lighthouse keeper")
        for answer in ("can sign in", "stays as it is"):
            with Command(*words, environ=environ) as command:
                status, output = command.finish()
            assert status == 0, output
            assert answer in output
        with psycopg.connect(database.replace("+psycopg", "")) as connection:
            query = "SELECT is_admin, email_verified_at IS NOT NULL FROM users"
            assert connection.execute(query).fetchall() == [(True, True)]

    def test_a_weak_password_is_refused_with_a_sentence(self, database: str) -> None:
        environ = {**PRODUCTION, "DATABASE_URL": database}
        words = ("create-admin", "--email", "root@example.org", "--password", "123456")
        with Command(*words, environ=environ) as command:
            status, output = command.finish()
        assert status == 1
        assert "10 characters" in output
        assert "Traceback" not in output


def test_the_api_describes_itself_without_a_database(tmp_path: Path) -> None:
    with Command("openapi", "--output", str(tmp_path / "made" / "api.json"), environ={}) as command:
        status, output = command.finish()
    assert status == 0, output
    assert json.loads((tmp_path / "made" / "api.json").read_text())["openapi"] == "3.1.0"


def _newest(versions: set[Path]) -> str:
    newest = max(versions)
    line = next(line for line in newest.read_text().splitlines() if line.startswith("revision = "))
    return line.split('"')[1]
