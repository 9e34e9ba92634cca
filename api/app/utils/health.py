"""Two questions of whoever runs us: is the process alive, and may it be sent requests."""

from functools import cache

import structlog
from alembic.script import ScriptDirectory
from flask import Response, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.utils.database import db

log = structlog.get_logger("marula")


def alive() -> Response:
    """`/healthz`: the process answers."""
    return _say("alive", 200)


def ready() -> Response:
    """`/readyz`: the database answers and has the tables that this version needs. Why not, only the log tells."""
    try:
        with db.engine.connect() as connection:
            found = set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    except SQLAlchemyError as error:
        log.warning("not_ready", reason="database", error=type(error).__name__)
        return _say("not ready", 503)
    if found != newest_revisions(current_app.extensions["migrate"].directory):
        log.warning("not_ready", reason="migrations", found=sorted(found))
        return _say("not ready", 503)
    return _say("ready", 200)


@cache
def newest_revisions(directory: str) -> frozenset[str]:
    """The heads of the migrations in `directory`: what an up-to-date database notes."""
    return frozenset(ScriptDirectory(directory).get_heads())


def _say(words: str, status: int) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain", headers={"Cache-Control": "no-store"})
