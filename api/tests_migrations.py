"""Migrations go up, down and up again in a database that holds data."""

import flask_migrate
import pytest
from app.applications.models import Application
from app.decisions.models import Decision
from app.demo.services import load
from app.utils.database import db
from flask import Flask
from sqlalchemy import func, inspect, select, text


def count(model: type) -> int:
    number = db.session.scalar(select(func.count()).select_from(model)) or 0
    db.session.commit()
    return number


@pytest.mark.committed
def test_up_down_and_up_with_data(app: Flask) -> None:
    with app.app_context():
        load(applicants=4, progress=lambda _line: None)
        applications = count(Application)
        assert applications >= 5
        assert count(Decision) > 0

        flask_migrate.downgrade(revision="0007")
        assert count(Application) == applications
        flask_migrate.upgrade()
        assert (count(Application), count(Decision)) == (applications, 0)

        flask_migrate.downgrade(revision="base")
        tables = set(inspect(db.engine).get_table_names())
        assert tables == {"alembic_version"}
        assert (
            db.session.scalar(text("SELECT count(*) FROM pg_type WHERE typname LIKE 'procrastinate%'")) == 0
        )
        db.session.commit()

        flask_migrate.upgrade()
        load(applicants=4, progress=lambda _line: None)
        assert count(Application) == applications
