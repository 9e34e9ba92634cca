"""What a command uses on a developer's machine where the environment says nothing: a database, a key, DEBUG."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import config
import flask_migrate
from flask import Flask

from app import create_app
from app.utils import logs
from app.utils.postgres import CHECKOUT, DATABASE, ROLE, embedded_server

MIGRATIONS = CHECKOUT / "api" / "migrations"


@contextmanager
def local_app(*, migrate: bool = False) -> Iterator[Flask]:
    """The application for one command; without DATABASE_URL on this checkout's own database, started for the command
    and stopped after it unless somebody else uses it. With `migrate` that database gets its tables first; one that
    DATABASE_URL names belongs to whoever runs it, and is migrated when they say so."""
    environ = local_environ(os.environ)
    if environ.get("DATABASE_URL"):
        yield make_app(environ)
        return
    with embedded_server() as server:
        environ["DATABASE_URL"] = server.url(DATABASE, ROLE)
        app = make_app(environ)
        if migrate:
            with app.app_context():
                flask_migrate.upgrade()
        yield app


def make_app(environ: Mapping[str, str]) -> Flask:
    """The application with the settings in `environ`. Raises `config.Misconfigured`."""
    settings = config.load(environ)
    logs.configure(settings)
    return create_app(settings.as_config())


def local_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with what a checkout gives by itself: DEBUG, and with DEBUG a key kept in `var/`."""
    found = dict(environ)
    if not found.get("DEBUG"):
        found["DEBUG"] = "1"
    if not found.get("SECRET_KEY") and config.load(found).debug:
        found["SECRET_KEY"] = _keep_key(CHECKOUT / "var")
    return found


def _keep_key(folder: Path) -> str:
    """The key of this checkout, made when there is none."""
    kept = folder / "secret_key"
    try:
        if not kept.exists():
            _make_key(kept)
        return kept.read_text().strip()
    except PermissionError:
        raise config.Misconfigured(
            f"{kept} belongs to another account, perhaps root. Take the folder over "
            f"(sudo chown -R $(id -un) {folder}), or set SECRET_KEY."
        ) from None


def _make_key(kept: Path) -> None:
    """Written beside and linked into place, so that two commands at once agree on one key."""
    kept.parent.mkdir(exist_ok=True)
    own = kept.with_name(f"secret_key.{os.getpid()}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_urlsafe(48))
    try:
        os.link(own, kept)
    except FileExistsError:
        pass
    finally:
        own.unlink()
