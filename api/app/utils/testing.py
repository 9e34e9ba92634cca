"""What tests use: clients that are somebody, a counter of queries, a real browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.users.models import User

# Migrations and requests that only fence a transaction say nothing about how much a page asks.
_FENCES = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


class Client(FlaskClient):
    """A test client that is `user`: by token below /api, by cookie elsewhere. Without `user`, a stranger."""

    user: User
    token: str = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, signed in."""
        path = args[0] if args and isinstance(args[0], str) else kwargs.get("path", "")
        if self.token and str(path).startswith("/api/"):
            headers = dict(kwargs.pop("headers", None) or {})
            headers.setdefault("Authorization", f"Bearer {self.token}")
            kwargs["headers"] = headers
        return super().open(*args, **kwargs)


def sign_in_client(app: Flask, user: User) -> Client:
    """A client of `app` that is signed in as `user`, in both ways. Commits the sessions."""
    from app.users.door import session_cookie  # noqa: PLC0415  # the door is above the utilities
    from app.users.services import sessions  # noqa: PLC0415
    from app.utils.database import db  # noqa: PLC0415

    client = app.test_client()
    assert isinstance(client, Client)  # noqa: S101
    with app.app_context():
        client.user, client.token = user, sessions.open_token(user)
        client.set_cookie(session_cookie(), sessions.open_cookie(user))
        db.session.commit()
    return client


@dataclass
class Queries:
    """The SQL statements seen so far."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def count_queries() -> Iterator[Queries]:
    """Count the statements of the block: `with count_queries() as queries: …; assert len(queries) == 3`."""
    queries = Queries()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_FENCES):
            queries.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield queries
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def find_chromium() -> str | None:
    """Where this machine has Chromium, if anywhere; `CHROMIUM` in the environment says it outright."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
