"""How Alembic meets our database: on the application's own engine, one process at a time."""

from typing import Any

from alembic import context
from app.cli.migrations import is_ours, name_revisions
from flask import current_app
from sqlalchemy import text

# Any number will do, as long as nothing else in this database locks it.
UPGRADE_LOCK = 7_205_016_942


def run_migrations() -> None:
    """Bring the database to where the command wants it. Replicas that start together wait for each other here."""
    database = current_app.extensions["migrate"].db
    settings: dict[str, Any] = {
        "target_metadata": database.metadata,
        "include_name": is_ours,
        "process_revision_directives": name_revisions,
        "compare_type": True,
    }
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True, **settings)
        with context.begin_transaction():
            context.run_migrations()
        return
    with database.engine.connect() as connection:
        context.configure(connection=connection, **settings)
        with context.begin_transaction():
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            context.run_migrations()


run_migrations()
