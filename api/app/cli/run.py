"""`run.py run`: everything on one machine, started in order, ended together."""

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack

import click
import config
import flask_migrate

from app.cli.demonstration import fill, tell_sign_ins
from app.cli.local import local_environ, make_app
from app.cli.processes import Children, Stopped, follow_starter, stoppable
from app.cli.serve import check_port
from app.utils.database import db
from app.utils.postgres import DATABASE, ROLE, Stage, begin_anew, embedded_server, find_stage, set_stage
from app.utils.postgres_server import Server

# How long the web server may take until it answers.
PATIENCE = 60


def run_everything(environ: Mapping[str, str]) -> int:
    """Run database, migrations, web and worker until somebody asks to stop; returns the exit status.

    Raises `config.Misconfigured` and `CannotStart` before anything has been started.
    """
    found = local_environ(environ)
    found.setdefault("PORT", "5000")
    if not found.get("PUBLIC_URL"):
        found["PUBLIC_URL"] = f"http://localhost:{found['PORT'] or 5000}"
    _check(found)
    with ExitStack() as stack:
        try:
            stack.enter_context(stoppable())
            follow_starter(environ)
            return _run(found, stack)
        except Stopped:
            click.echo("\nStopping …")
            return 0


def _check(environ: Mapping[str, str]) -> None:
    """Refuse before the database is started what would be refused after it."""
    settings = config.load({**environ, "DATABASE_URL": environ.get("DATABASE_URL") or "postgresql://"})
    settings.check_ready_to_serve()
    if not (environ.get("DEMO_APPLICANTS") or "300").isdecimal():
        raise config.Misconfigured(
            "DEMO_APPLICANTS has to be a number: how many people apply in the demonstration."
        )
    check_port(settings)


def _run(environ: dict[str, str], stack: ExitStack) -> int:
    server = None
    if not environ.get("DATABASE_URL"):
        click.echo("Starting PostgreSQL …")
        server = stack.enter_context(embedded_server())
        environ["DATABASE_URL"] = server.url(DATABASE, ROLE)
    signs_in = _prepare(environ, server)
    children = Children(environ)
    stack.callback(children.stop)
    children.start("serve")
    children.start("worker")
    if not _wait_until_ready(environ, children):
        return _complain(children.find_ended() or "serve")
    _greet(environ, signs_in)
    while True:
        if ended := children.find_ended():
            return _complain(ended)
        if server and not server.is_alive():
            click.echo(f"PostgreSQL has ended; {server.home.log} may say why. Please start again.", err=True)
            return 1
        time.sleep(0.5)


def _prepare(environ: Mapping[str, str], server: Server | None) -> bool:
    """Bring the tables up to date, and fill a new database of our own with the demonstration when DEBUG is on.

    Returns whether there is a demonstration whose sign-ins have not been told yet.
    """
    if server and find_stage(server) == Stage.FILLING:
        click.echo("The demonstration was not loaded to its end last time: beginning anew …")
        begin_anew(server)
    app = make_app(environ)
    with app.app_context():
        flask_migrate.upgrade()
        if server and find_stage(server) == Stage.NEW:
            if app.config["DEBUG"]:
                set_stage(server, Stage.FILLING)
                fill(int(environ.get("DEMO_APPLICANTS") or 300))
                set_stage(server, Stage.FILLED)
                return False
            set_stage(server, Stage.PLAIN)
        db.engine.dispose()
    return server is not None and find_stage(server) == Stage.FILLED and app.config["DEBUG"]


def _wait_until_ready(environ: Mapping[str, str], children: Children) -> bool:
    settings = config.load(environ)
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "localhost"} else settings.host  # noqa: S104
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not children.find_ended():
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _greet(environ: Mapping[str, str], with_sign_ins: bool) -> None:
    settings = config.load(environ)
    click.echo(f"\n  Marula is ready:  {settings.public_url}")
    if with_sign_ins:
        tell_sign_ins()
    click.echo("  Ctrl-C stops it; what you entered stays.\n")


def _complain(command: str) -> int:
    click.echo(f"`run.py {command}` has ended. The lines above may say why; please start again.", err=True)
    return 1
