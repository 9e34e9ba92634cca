"""Processes that belong together: they start together, and none outlives the others."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType

# Names the process with which this one has to end.
FOLLOW = "STOP_WITH_PROCESS"
# Longer than the web server takes to finish its requests and a worker its job.
PATIENCE = 25


class Stopped(BaseException):
    """Somebody asked us to stop: Ctrl-C, the end of the terminal, or a signal."""


@contextmanager
def stoppable() -> Iterator[None]:
    """While the block runs, SIGINT, SIGTERM and SIGHUP raise `Stopped` in it, once: stopping is not interrupted."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in asked:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def follow(wait: Callable[[], object]) -> None:
    """Ask this process to stop, as Ctrl-C would, when `wait` returns."""

    def watch() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow", daemon=True).start()


def follow_starter(environ: Mapping[str, str]) -> None:
    """Stop when the process that `environ` names, our parent, ends in whatever way; a kill -9 cannot tell us."""
    starter = environ.get(FOLLOW, "")
    if not starter.isdecimal():
        return

    def wait() -> None:
        while os.getppid() == int(starter):
            time.sleep(0.3)

    follow(wait)


class Children:
    """Commands of `run.py` that run as processes of their own."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = {**environ, FOLLOW: str(os.getpid())}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, command: str) -> None:
        """Start `run.py command`. It gets a session of its own, so that Ctrl-C reaches only us and we end it in order."""
        self.running[command] = subprocess.Popen(  # noqa: S603
            [sys.executable, sys.argv[0], command],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def find_ended(self) -> str | None:
        """The name of a command that has ended, if any."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """Let each finish what it has begun; end by force what takes too long."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_for_port(host: str, port: int, patience: float = 3.0) -> bool:
    """Whether we may listen on `port`, waiting a little for one that is about to be free.

    Granian shares ports (SO_REUSEPORT), so that a second server on the same port would not fail but take half of the
    requests: we have to look first.
    """
    deadline = time.monotonic() + patience
    while True:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                return False
            except OSError:
                if time.monotonic() > deadline:
                    return False
            else:
                return True
        time.sleep(0.2)
