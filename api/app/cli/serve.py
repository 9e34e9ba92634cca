"""The long-running processes: the web server and the worker."""

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click
import config
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from app import create_app
from app.cli.processes import follow_starter, wait_for_port
from app.jobs.worker import run_worker
from app.utils import logs

# Requests and idle connections that one process holds at a time; those beyond wait in the kernel's queue.
CONNECTIONS = 1024
# Whoever needs longer for the headers of one request is not a browser.
HEADERS_WITHIN_MS = 10_000
# What is under way at SIGTERM may take this long.
DRAIN_SECONDS = 20
# Granian's own lines go where all others go.
LOGGING = {"loggers": {"_granian": {"propagate": True}}, "formatters": {}, "handlers": {}}


def serve_web(environ: Mapping[str, str]) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is under way. Raises `config.Misconfigured`."""
    settings = config.load(environ)
    settings.check_ready_to_serve()
    logs.configure(settings)
    follow_starter(environ)
    check_port(settings)
    make_server("wsgi:application", settings).serve()


def make_server(target: str, settings: config.Settings) -> Any:
    """Granian for the WSGI application that `target` names ("module:name"), as these settings want it."""
    return Server(
        target,
        address=_numeric(settings.host),
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=settings.processes,
        blocking_threads=settings.threads,
        backpressure=max(CONNECTIONS, settings.threads),
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    )


def serve_worker(environ: Mapping[str, str]) -> None:
    """Do jobs until SIGTERM or Ctrl-C, then finish those under way. Raises `config.Misconfigured`."""
    settings = config.load(environ)
    settings.check_ready_to_serve()
    logs.configure(settings)
    follow_starter(environ)
    run_worker(create_app(settings.as_config()))


def check_port(settings: config.Settings) -> None:
    """Raise `config.Misconfigured` when we cannot listen where the settings say."""
    if not wait_for_port(settings.host, settings.port):
        raise config.Misconfigured(
            f"PORT {settings.port} on {settings.host} is not free: another program has it, or it is one of the system's "
            "own below 1024. End that program, or choose another port, such as PORT=5001."
        )


def _numeric(host: str) -> str:
    """Granian wants an address where people write a name."""
    with suppress(ValueError):
        return str(ipaddress.ip_address(host))
    if host == "localhost":
        return "127.0.0.1"
    raise click.UsageError(
        f"HOST has to be an address to listen on, such as 127.0.0.1 or 0.0.0.0, not {host}."
    )
