"""`run.py db …`: Flask-Migrate's commands, with files that people can read the order of."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from flask import current_app, g
from flask_migrate.cli import db as flask_migrate_group

from app.cli.local import local_app

# The column in which Alembic notes the revision has this length.
LONGEST_NAME = 32
RANDOM_NAME = re.compile(r"[0-9a-f]{12}")


class Migrations(click.Group):
    """Flask-Migrate's group, run with this checkout's application and database."""

    def invoke(self, ctx: click.Context) -> Any:
        with local_app() as app, app.app_context():
            return super().invoke(ctx)


def make_group() -> click.Group:
    """The group `db` for our command line."""
    group = Migrations(
        "db",
        params=flask_migrate_group.params,
        callback=flask_migrate_group.callback,
        commands=dict(flask_migrate_group.commands),
        help="Make and run migrations (Flask-Migrate).",
    )
    merge = group.commands["merge"]
    group.add_command(
        click.Command("merge", params=merge.params, callback=_named(merge.callback), help=merge.help)
    )
    return group


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether the models describe this thing of the database; the job queue keeps its own tables."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def name_revisions(context: MigrationContext, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Name new files `0007_what_they_do.py`; write none when models and database agree."""
    script = directives[0]
    operations = script.upgrade_ops.ops if script.upgrade_ops else []
    if not operations and getattr(context.config.cmd_opts, "autogenerate", False):  # type: ignore[union-attr]
        directives.clear()
        click.echo("The models and the database agree: there is nothing to migrate.")
        return
    if not script.message:
        script.message = _describe(operations)
    if RANDOM_NAME.fullmatch(script.rev_id or ""):
        script.rev_id = next_name(_versions(), script.message)


def next_name(versions: Path, message: str) -> str:
    """The name of the next revision: the number after the highest there is, then the words of `message`.

    The words are part of it, so that two branches which both add number 7 can still be merged.
    """
    numbers = [int(path.name[:4]) for path in versions.glob("[0-9][0-9][0-9][0-9]_*.py")]
    words = re.sub(r"\W+", "_", message.lower()).strip("_") or "changes"
    return f"{max(numbers, default=0) + 1:04}_{words}"[:LONGEST_NAME].rstrip("_")


def _named(merge: Callable[..., Any] | None) -> Callable[..., Any]:
    if merge is None:
        raise TypeError("The command to merge revisions does nothing.")

    @wraps(merge)
    def numbered(**arguments: Any) -> Any:
        arguments["message"] = arguments["message"] or "merge"
        arguments["rev_id"] = arguments["rev_id"] or next_name(
            _versions(arguments["directory"]), arguments["message"]
        )
        return merge(**arguments)

    return numbered


def _versions(directory: str | None = None) -> Path:
    return Path(directory or g.get("directory") or current_app.extensions["migrate"].directory, "versions")


def _describe(operations: Sequence[ops.MigrateOperation]) -> str:
    """Words for a migration that nobody gave a message: the tables it touches."""
    tables = [getattr(operation, "table_name", "") for operation in operations]
    return " ".join(dict.fromkeys(filter(None, tables))) or "changes"
