"""Our own PostgreSQL: shared, adopted, stopped, recovered, refused."""

import os
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.utils import postgres, postgres_home
from app.utils.postgres_home import CannotStart, Home, _package, find_home
from app.utils.postgres_server import Server


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The copy of the server's programs that root makes for a checkout; copying them for each test takes long."""
    found = find_home(tmp_path_factory.mktemp("programs"), "database")
    yield found.programs()
    shutil.rmtree(found.path, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path, programs: Path) -> Iterator[Home]:
    """The home of a server for a checkout of its own."""
    found = find_home(tmp_path, "database")
    if found.account.uid is not None:
        copy = programs.parents[2]
        (found.path / copy.name).symlink_to(copy)
    yield found
    shutil.rmtree(found.path, ignore_errors=True)


@pytest.fixture
def server(home: Home) -> Server:
    return Server(home, postgres.TEST_SETTINGS, durable=False)


def ask(server: Server, statement: str) -> object:
    with server.connect() as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def kill(server: Server) -> None:
    pid = int((server.home.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


def wait_until(condition: object, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


class TestServer:
    def test_it_listens_on_a_private_socket_and_on_no_network(self, server: Server) -> None:
        with server:
            assert ask(server, "SHOW listen_addresses") == ""
            folder = Path(str(ask(server, "SHOW unix_socket_directories")))
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            process = psutil.Process(int((server.home.data / "postmaster.pid").read_text().split()[0]))
            assert [found for found in process.net_connections() if found.status == "LISTEN"] == []
            assert process.uids().real != 0

    def test_whoever_leaves_last_stops_it(self, home: Home) -> None:
        with Server(home, postgres.TEST_SETTINGS, durable=False) as first:
            with Server(home, durable=False) as second:
                assert ask(second, "SELECT 1") == 1
            assert first.is_alive()
        assert not first.is_alive()

    def test_a_server_that_outlived_its_user_is_adopted_and_stopped(self, home: Home) -> None:
        orphan = Server(home, postgres.TEST_SETTINGS, durable=False)
        orphan.__enter__()
        pid = ask(orphan, "SELECT pg_postmaster_start_time()")
        orphan._use.close()  # as the end of a killed process would
        with Server(home, durable=False) as server:
            assert ask(server, "SELECT pg_postmaster_start_time()") == pid
        assert not server.is_alive()
        orphan._process.wait()

    def test_after_a_kill_the_next_start_finds_all_that_was_committed(self, home: Home) -> None:
        with Server(home, durable=False) as server:
            with server.connect() as connection:
                connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            kill(server)
            assert wait_until(lambda: not server.is_alive())
        with Server(home, durable=False) as server:
            assert ask(server, "SELECT answer FROM kept") == 42

    def test_a_number_used_again_by_another_process_is_not_taken_for_the_server(self, server: Server) -> None:
        with server:
            pass
        lines = [str(os.getpid()), str(server.home.data), "1", "5432", "/nowhere", "", "", "ready"]
        (server.home.data / "postmaster.pid").write_text("\n".join(lines))
        with server:
            assert ask(server, "SELECT 1") == 1

    def test_an_interrupted_first_start_is_begun_anew(self, server: Server) -> None:
        unfinished = server.home.make_folder(server.home.path / "data-unfinished")
        (unfinished / "PG_VERSION").write_text("18\n")
        with server:
            assert ask(server, "SELECT 1") == 1

    def test_data_of_another_version_are_refused_with_a_way_out(self, server: Server) -> None:
        with server:
            pass
        (server.home.data / "PG_VERSION").write_text("17\n")
        with pytest.raises(CannotStart, match=r"PostgreSQL 17.*pg_dump.*move .* away"):
            server.__enter__()

    def test_a_failing_start_shows_the_end_of_the_log(self, home: Home) -> None:
        with pytest.raises(CannotStart, match="no_such_setting"):
            Server(home, {"no_such_setting": "1"}, durable=False).__enter__()


class TestHome:
    def test_a_long_path_gets_a_short_socket(self, home: Home) -> None:
        deep = home.path / ("long" * 30)
        home.make_folder(deep)
        folder = Home(deep, home.account).socket_folder()
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= postgres_home.LONGEST_SOCKET
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.rmdir()

    def test_a_socket_folder_that_others_can_open_is_refused(self, home: Home) -> None:
        deep = home.path / ("long" * 30)
        home.make_folder(deep)
        folder = Home(deep, home.account).socket_folder()
        folder.chmod(0o755)
        with pytest.raises(CannotStart, match="somebody else"):
            Home(deep, home.account).socket_folder()
        folder.rmdir()

    def test_the_checkout_says_where_its_data_are(self, tmp_path: Path, home: Home) -> None:
        assert (tmp_path / "var" / "postgres").read_text().strip() == str(home.path)

    def test_no_permission_of_a_folder_above_is_changed(self, tmp_path: Path) -> None:
        package = _package()
        before = [(path, path.stat().st_mode) for path in (*tmp_path.parents, *package.parents)]
        found = find_home(tmp_path, "database")
        with Server(found, postgres.TEST_SETTINGS, durable=False):
            pass
        shutil.rmtree(found.path)
        assert before == [(path, path.stat().st_mode) for path, _ in before]


class TestDatabases:
    def test_a_copy_has_what_its_template_had(self, server: Server) -> None:
        with server:
            first = postgres.create_database(server.url(), "first")
            with psycopg.connect(first.replace("+psycopg", "")) as connection:
                connection.execute("CREATE TABLE things AS SELECT 7 AS number")
            copy = postgres.create_database(server.url(), "copy", template="first")
            with psycopg.connect(copy.replace("+psycopg", "")) as connection:
                assert connection.execute("SELECT number FROM things").fetchone() == (7,)
            postgres.drop_database(server.url(), "first")
            postgres.drop_database(server.url(), "first")

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("postgresql+psycopg://u:p@h:1/old?x=%2Fy", "postgresql+psycopg://u:p@h:1/new?x=%2Fy"),
            ("postgresql+psycopg://u@/old", "postgresql+psycopg://u@/new"),
        ],
    )
    def test_only_the_name_of_the_database_is_replaced(self, url: str, expected: str) -> None:
        assert postgres.database_url(url, "new") == expected


class TestEmbeddedServer:
    @pytest.fixture(autouse=True)
    def _own_checkout(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
        monkeypatch.setattr(postgres, "CHECKOUT", tmp_path)

    def test_a_new_database_is_known_as_new_until_it_is_set_up(self) -> None:
        with postgres.embedded_server() as server:
            assert postgres.find_stage(server) == postgres.Stage.NEW
        with postgres.embedded_server() as server:
            assert postgres.find_stage(server) == postgres.Stage.NEW
            postgres.set_stage(server, postgres.Stage.FILLED)
        with postgres.embedded_server() as server:
            assert postgres.find_stage(server) == postgres.Stage.FILLED

    def test_what_was_half_filled_is_begun_anew(self) -> None:
        with postgres.embedded_server() as server:
            address = server.url(postgres.DATABASE, postgres.ROLE).replace("+psycopg", "")
            with psycopg.connect(address) as connection:
                connection.execute("CREATE TABLE half ()")
            postgres.set_stage(server, postgres.Stage.FILLING)
            postgres.begin_anew(server)
            assert postgres.find_stage(server) == postgres.Stage.NEW
            with psycopg.connect(address) as connection:
                assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)

    def test_the_application_is_not_the_owner_of_the_server(self) -> None:
        with postgres.embedded_server() as server:
            address = server.url(postgres.DATABASE, postgres.ROLE).replace("+psycopg", "")
            with psycopg.connect(address) as connection:
                query = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
                assert connection.execute(query).fetchone() == (False,)
