"""What the tests of processes use: `run.py` as its users start it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[3]
KEY = "a key for tests that is long enough for everyone"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> bool:
    """Whether `condition` came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Command:
    """`run.py` with some arguments, as a process. Leaving the block kills what is left of it."""

    def __init__(self, *arguments: str, environ: Mapping[str, str], checkout: Path = CHECKOUT) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self.port = int(environ.get("PORT") or free_port())
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "api/run.py", *arguments],
            cwd=checkout,
            env={**kept, "PORT": str(self.port), **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def send(self, number: int) -> None:
        """Send a signal to the command."""
        self.process.send_signal(number)

    def finish(self, seconds: float = 30) -> tuple[int, str]:
        """Wait for the end: exit status and all that was printed."""
        output, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, output

    def answers(self, path: str = "/healthz") -> bool:
        """Whether the server answers `path` with 200."""
        try:
            return self.request("GET", path)[0] == 200
        except OSError:
            return False

    def request(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def wait_for_answer(self, path: str = "/healthz") -> None:
        """Wait until the server answers. Raises `AssertionError` with its output when it ends instead."""
        ready = wait_until(lambda: self.process.poll() is not None or self.answers(path), 60)
        if not ready or self.process.poll() is not None:
            self.process.kill()
            raise AssertionError(self.process.communicate()[0])
