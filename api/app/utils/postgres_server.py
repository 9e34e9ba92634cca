"""One PostgreSQL server of our own: started, shared, adopted and stopped.

It listens on a socket in a folder of mode 0700 and on no network. Every process that uses the server holds a shared
lock; whoever leaves last stops it. After a kill -9 the locks are gone by themselves, and the next user adopts a server
that still lives, or starts it again and lets PostgreSQL recover.
"""

import fcntl
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psutil
import psycopg

from app.utils.postgres_home import CannotStart, Home

SUPERUSER = "postgres"
PATIENCE = 60
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "log_timezone": "UTC"}

# A server that outlives us because others use it: kept here, so that its end is not reported as a leak.
_left_to_others: list[subprocess.Popen[bytes]] = []


class Server:
    """One server in one home. Use it as a context manager: entering starts or adopts it, leaving stops it if nobody else
    uses it. Entering raises `CannotStart`."""

    def __init__(
        self, home: Home, settings: Mapping[str, str] | None = None, *, durable: bool = True
    ) -> None:
        self.home = home
        self.settings = {**SETTINGS, **(settings or {})}
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._use: IO[bytes] | None = None
        self._socket_folder = ""

    def __enter__(self) -> "Server":
        with self._alone():
            self._use = (self.home.path / "users.lock").open("ab")
            fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                self._start_or_adopt()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone():
            self._leave()

    def url(self, database: str = "postgres", role: str = SUPERUSER) -> str:
        """The address of `database` for SQLAlchemy."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(self._socket_folder)}"

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as superuser, each statement for itself."""
        return _connect(self._socket_folder)

    def is_alive(self) -> bool:
        """Whether the server runs."""
        if self._process is not None:
            self._process.poll()
        return _find_postmaster(self.home.data) is not None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While the block runs, nobody else starts or stops this server."""
        with (self.home.path / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start_or_adopt(self) -> None:
        programs = self.home.programs()
        self._check_version(programs)
        if not self.home.data.exists():
            self._initialise(programs)
        postmaster = _find_postmaster(self.home.data)
        if postmaster is None or not self._wait_until_ready(postmaster):
            self._start(programs)

    def _check_version(self, programs: Path) -> None:
        written = self.home.data / "PG_VERSION"
        if not written.exists():
            return
        theirs = written.read_text().strip()
        ours = programs.parent.name.removeprefix("pginstall")
        if theirs != ours:
            raise CannotStart(
                f"The data in {self.home.data} were written by PostgreSQL {theirs}, and this version of Marula brings "
                f"PostgreSQL {ours}, which cannot read them. To keep them, go back to the version of Marula that wrote "
                f"them, save them with pg_dump and load them here (docs/operations.md says how). "
                f"To begin with an empty database, move {self.home.path} away."
            )

    def _initialise(self, programs: Path) -> None:
        """Make the data folder beside its place and move it there when it is whole."""
        unfinished = self.home.path / "data-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.home.make_folder(unfinished)
        command = [str(programs / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, "--encoding=UTF8"]
        command += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if not self.durable:
            command.append("--no-sync")
        result = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            **self._as_account(),
        )
        if result.returncode != 0:
            raise CannotStart(
                f"PostgreSQL cannot make its data folder {unfinished}:\n{result.stderr.strip()}"
            )
        unfinished.rename(self.home.data)

    def _start(self, programs: Path) -> None:
        # Only reached when no postmaster lives here: a file that says otherwise names a dead or a reused process.
        sockets = self.home.socket_folder()
        for stale in (self.home.data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            if stale.exists():
                _end_orphans(self.home.data)
                stale.unlink()
        settings = {**self.settings, "unix_socket_directories": str(sockets)}
        command = [str(programs / "postgres"), "-D", str(self.home.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.home.log.open("ab") as log:
            self.home.account.own(self.home.log)
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                umask=0o077,
                start_new_session=True,  # Ctrl-C in the terminal is for us: we stop the server when its users are gone
                **self._as_account(),
            )
        if not self._wait_until_ready(psutil.Process(self._process.pid)):
            raise CannotStart(
                f"PostgreSQL does not start. The end of {self.home.log} says why:\n{self._log_tail()}"
            )

    def _wait_until_ready(self, postmaster: psutil.Process) -> bool:
        """Wait until `postmaster` takes connections; False when it ends instead."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            folder = _socket_folder(self.home.data, postmaster.pid)
            if folder:
                with suppress(psycopg.OperationalError):
                    _connect(folder).close()
                    self._socket_folder = folder
                    return True
            if self._process is not None:
                self._process.poll()
            if not _is_running(postmaster):
                return False
            time.sleep(0.03)
        raise CannotStart(
            f"PostgreSQL takes no connections. The end of {self.home.log} says why:\n{self._log_tail()}"
        )

    def _leave(self) -> None:
        """Give up our use; stop the server if it was the last one."""
        if self._use is None:
            return
        try:
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if self._process is not None:
                _left_to_others.append(self._process)
        else:
            self._stop()
            if self._process is not None:
                self._process.wait()
        finally:
            self._use.close()
            self._use = self._process = None

    def _stop(self) -> None:
        postmaster = _find_postmaster(self.home.data)
        if postmaster is None:
            return
        for how, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            with suppress(psutil.NoSuchProcess):
                postmaster.send_signal(how)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if self._process is not None:
                    self._process.poll()
                if not _is_running(postmaster):
                    return
                time.sleep(0.02)

    def _as_account(self) -> dict[str, Any]:
        """What makes a subprocess run as the server's account."""
        account = self.home.account
        if account.uid is None or account.gid is None:
            return {}
        return {"user": account.uid, "group": account.gid, "extra_groups": []}

    def _log_tail(self) -> str:
        return "\n".join(self.home.log.read_text(errors="replace").splitlines()[-8:])


def _connect(folder: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=folder, user=SUPERUSER, dbname="postgres", connect_timeout=5, autocommit=True)


def _read_pid_file(data: Path) -> list[str]:
    """The lines of `postmaster.pid`: process, folder, start, port, folder of the socket, …"""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _find_postmaster(data: Path) -> psutil.Process | None:
    """The living server of the folder `data`, whoever started it. A process number may be used again: we look twice."""
    lines = _read_pid_file(data)
    if not lines or not lines[0].isdecimal():
        return None
    try:
        process = psutil.Process(int(lines[0]))
    except psutil.NoSuchProcess:
        return None
    return process if _works_in(process, data) else None


def _end_orphans(data: Path) -> None:
    """End what a killed server left behind: its processes notice soon, and no new one starts before they are gone."""
    orphans = [process for process in psutil.process_iter() if _works_in(process, data)]
    _, stubborn = psutil.wait_procs(orphans, timeout=5)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)
    psutil.wait_procs(stubborn, timeout=5)


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Whether `process` is a PostgreSQL that serves the folder `data`."""
    try:
        return "postgres" in process.name() and Path(process.cwd()).samefile(data) and _is_running(process)
    except (psutil.Error, OSError):
        return False


def _socket_folder(data: Path, pid: int) -> str:
    """Where the server `pid` listens, or nothing while it has not said so."""
    lines = _read_pid_file(data)
    return lines[4] if len(lines) > 4 and lines[0] == str(pid) else ""


def _is_running(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}
