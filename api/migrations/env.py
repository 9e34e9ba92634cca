"""How Alembic reaches the database and compares it with the models."""

from collections.abc import MutableMapping
from typing import Any

from alembic import context
from alembic.operations import MigrationScript
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

LOCK = 0x4D61_7275  # any number of our own: replicas that start together migrate one after the other


def is_ours(name: str | None, kind: str, _parents: MutableMapping[Any, Any]) -> bool:
    """Leave the job queue's own tables alone: its migration is written by hand."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def number_revision(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Give a new migration the next number, `0007`, as its id; drop it when there is nothing to do."""
    script = directives[0]
    if (
        script.upgrade_ops is not None
        and script.upgrade_ops.is_empty()
        and context.config.cmd_opts
        and getattr(context.config.cmd_opts, "autogenerate", False)
    ):
        directives.clear()
        return
    numbers = [int(found.revision) for found in ScriptDirectory.from_config(context.config).walk_revisions()]
    script.rev_id = f"{max(numbers, default=0) + 1:04d}"


def run() -> None:
    """Migrate on a connection of the application's engine, in one transaction, under the lock."""
    database = current_app.extensions["migrate"].db
    with database.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_name=is_ours,
            process_revision_directives=number_revision,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; there is no offline mode.")
run()
