"""What an orchestrator asks, and what it must not learn."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from app.utils.database import db
from app.utils.testing import Client


def test_a_living_process_says_so(anonymous: Client) -> None:
    response = anonymous.get("/healthz")
    assert (response.status_code, response.text) == (200, "alive\n")


@pytest.mark.committed
class TestReadiness:
    def test_with_database_and_migrations_it_is_ready(self, anonymous: Client) -> None:
        response = anonymous.get("/readyz")
        assert (response.status_code, response.text) == (200, "ready\n")

    def test_with_old_tables_it_is_not(self, app: Flask, anonymous: Client) -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        response = anonymous.get("/readyz")
        assert (response.status_code, response.text) == (503, "not ready\n")

    def test_without_tables_it_is_not(self, app: Flask, anonymous: Client) -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
        assert anonymous.get("/readyz").status_code == 503

    def test_without_a_database_it_is_alive_but_not_ready(self, app: Flask, anonymous: Client) -> None:
        engines: dict[Any, Any] = db._app_engines[app]
        engines[None] = create_engine("postgresql+psycopg://nobody@/nowhere?host=/nowhere")
        response = anonymous.get("/readyz")
        assert (response.status_code, response.text) == (503, "not ready\n")
        assert anonymous.get("/healthz").status_code == 200
