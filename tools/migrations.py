"""Checks that there is one newest migration, that the migrations make what the models describe, and undo it."""

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "api"))

import config  # noqa: E402
import flask_migrate  # noqa: E402
from alembic.autogenerate import compare_metadata  # noqa: E402
from alembic.migration import MigrationContext  # noqa: E402
from app import create_app  # noqa: E402
from app.cli.migrations import is_ours  # noqa: E402
from app.utils.database import db  # noqa: E402
from app.utils.health import newest_revisions  # noqa: E402
from app.utils.postgres import create_database, drop_database, test_server  # noqa: E402


def main() -> int:
    """Build a database by the migrations and compare it with the models; 0 when they agree."""
    name = f"marula_check_{os.getpid()}"
    with test_server() as server:
        url = create_database(server, name)
        app = create_app(config.load({"DATABASE_URL": url, "SECRET_KEY": "none"}).as_config())
        try:
            with app.app_context():
                return _compare(app.extensions["migrate"].directory)
        finally:
            drop_database(server, name)


def _compare(directory: str) -> int:
    heads = newest_revisions(directory)
    if len(heads) != 1:
        print(f"There are {len(heads)} newest migrations: {', '.join(sorted(heads))}.")
        print("Join them: python api/run.py db merge --directory api/migrations heads")
        return 1
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        differences = compare_metadata(context, db.metadata)
    for difference in differences:
        print(difference)
    if differences:
        print('The models say more than the migrations do. Write one: make migration M="what it does"')
        return 1
    flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade()
    db.engine.dispose()
    print(f"One newest migration, {next(iter(heads))}; models and migrations agree; down and up again works.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
