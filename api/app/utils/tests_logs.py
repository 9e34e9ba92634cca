"""One JSON line each, tied together by the request's id, with nothing personal in it."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from app.utils import logs
from app.utils.database import db
from app.utils.testing import Client

ADDRESS = "somebody@example.org"


@dataclass
class Settings:
    debug: bool = False
    log_level: str = "INFO"


class Lines:
    """What has been logged."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    monkeypatch.setattr(logs, "_requests", None)
    root = logging.getLogger()
    before = (root.handlers[:], root.level, structlog.get_config())
    found = Lines()
    logs.configure(Settings(), found.stream)
    yield found
    root.handlers, root.level = before[0], before[1]
    structlog.configure(**before[2])
    structlog.contextvars.clear_contextvars()


class TestRequests:
    def test_a_request_leaves_one_line_with_its_id(self, lines: Lines, anonymous: Client) -> None:
        response = anonymous.get("/api/v1/openapi.json?secret=hidden")
        (line,) = [line for line in lines.all if line["event"] == "request"]
        assert line["request_id"] == response.headers["X-Request-ID"]
        assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/openapi.json", 200)
        assert "hidden" not in lines.text

    def test_an_id_from_outside_is_not_taken(self, anonymous: Client) -> None:
        response = anonymous.get("/healthz", headers={"X-Request-ID": "forged-by-anyone"})
        assert response.headers["X-Request-ID"] != "forged-by-anyone"

    def test_neither_address_nor_password_nor_token_is_kept(self, lines: Lines, anonymous: Client) -> None:
        credentials = {"email": ADDRESS, "password": "correct horse battery"}
        token = anonymous.post("/api/v1/user", json=credentials).json["token"]
        anonymous.post("/api/v1/authenticate", json={**credentials, "password": "wrong horse battery"})
        anonymous.get("/api/v1/user", headers={"Authorization": token})
        assert len(lines.all) >= 3
        for hidden in (ADDRESS, "correct horse", "wrong horse", token):
            assert hidden not in lines.text

    def test_an_unexpected_error_is_logged_with_its_place_but_not_its_words(
        self, lines: Lines, app: Flask, anonymous: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            raise RuntimeError(f"something about {ADDRESS}")

        app.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setitem(app.view_functions, "utils.health.alive", fail)
        response = anonymous.get("/healthz", headers={"Accept": "application/json"})
        assert response.status_code == 500
        assert "RuntimeError" not in response.text
        (line,) = [line for line in lines.all if line["level"] == "error"]
        assert line["request_id"] == response.headers["X-Request-ID"]
        assert line["exception"][0]["type"] == "RuntimeError"
        assert line["exception"][0]["where"][-1].endswith(" fail")
        assert "something about" not in lines.text

    def test_our_own_steps_are_told_however_deep_in_a_library_it_broke(
        self, lines: Lines, app: Flask, anonymous: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def ask() -> None:
            db.session.execute(text("SELECT nothing FROM nowhere"))

        app.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setitem(app.view_functions, "utils.health.alive", ask)
        assert anonymous.get("/healthz").status_code == 500
        (line,) = [line for line in lines.all if line["level"] == "error"]
        assert any(step.endswith(" ask") for step in line["exception"][0]["where"])
        assert "nowhere" not in lines.text


class TestRedaction:
    @pytest.mark.parametrize(
        "fields",
        [
            {"password": "hunter2hunter2"},
            {"note": f"wrote to {ADDRESS} twice"},
            {"nested": {"Authorization": "Bearer abc"}},
            {"items": ["x", ADDRESS]},
            {"note": "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl"},
        ],
    )
    def test_what_is_personal_or_secret_is_taken_out(self, lines: Lines, fields: dict[str, Any]) -> None:
        structlog.get_logger("test").info("something", **fields)
        for hidden in ("hunter2", ADDRESS, "Bearer abc", "eyJ"):
            assert hidden not in lines.text
        assert logs.REMOVED in lines.text

    def test_libraries_lines_are_json_and_cleaned_too(self, lines: Lines) -> None:
        logging.getLogger("library").warning(
            "cannot reach %s", ADDRESS, extra={"task": "send", "token": "abc"}
        )
        (line,) = lines.all
        assert line["event"] == f"cannot reach {logs.REMOVED}"
        assert (line["task"], line["token"], line["logger"]) == ("send", logs.REMOVED, "library")

    def test_plain_facts_stay(self, lines: Lines) -> None:
        structlog.get_logger("test").info("done", count=3, token_count=2, task="send_message")
        assert lines.all[0]["count"] == 3
        assert (lines.all[0]["token_count"], lines.all[0]["task"]) == (2, "send_message")
