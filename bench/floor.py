"""The floor: bare Flask and SQLAlchemy Core, one statement a request, on the same engine settings and server."""

import json
import os

import config
from flask import Flask, Response, request
from sqlalchemy import create_engine, text

settings = config.load(os.environ).as_config()
engine = create_engine(settings["SQLALCHEMY_DATABASE_URI"], **settings["SQLALCHEMY_ENGINE_OPTIONS"])
application = Flask(__name__)

USER = text("SELECT * FROM users WHERE id = :id")
EVENT = text("SELECT * FROM events WHERE key = :key")
APPLICATIONS = text(
    "SELECT id, number, code, state, applicant_name, email, affiliation, country, submitted_at FROM applications "
    "WHERE event_id = :event AND state = 'submitted' ORDER BY submitted_at DESC, id DESC LIMIT 50"
)
GUESTS = text("SELECT * FROM invited_guests WHERE event_id = :event ORDER BY id LIMIT 50")
SAVE = text("UPDATE responses SET answers = CAST(:answers AS jsonb), updated_at = now() WHERE id = :id")


@application.get("/user/<int:id>")
def user(id: int) -> Response:
    """One row by its key."""
    return _answer(USER, id=id)


@application.get("/event/<key>")
def event(key: str) -> Response:
    """One row by its unique name."""
    return _answer(EVENT, key=key)


@application.get("/applications/<int:event>")
def applications(event: int) -> Response:
    """Fifty rows in the order of an index."""
    return _answer(APPLICATIONS, event=event)


@application.get("/guests/<int:event>")
def guests(event: int) -> Response:
    """Fifty rows in the order of an index."""
    return _answer(GUESTS, event=event)


@application.put("/response/<int:id>")
def save(id: int) -> Response:
    """One UPDATE and COMMIT of a row as large as ours."""
    with engine.begin() as connection:
        connection.execute(SAVE, {"id": id, "answers": request.get_data(as_text=True)})
    return Response('{"ok":true}', mimetype="application/json")


def _answer(statement: object, **values: object) -> Response:
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(statement, values).mappings()]
    return Response(json.dumps(rows, default=str), mimetype="application/json")
