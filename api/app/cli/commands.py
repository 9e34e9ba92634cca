"""The commands of `run.py`."""

import os
import sys
from typing import Any

import click
import config
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.cli import accounts, documents
from app.cli.demonstration import load_demonstration
from app.cli.migrations import make_group
from app.cli.run import run_everything
from app.cli.serve import serve_web, serve_worker
from app.utils.postgres_home import CannotStart

# PostgreSQL's words for a table or a column that is not there.
UNKNOWN = ("42P01", "42703")


class CommandLine(click.Group):
    """Says in a sentence what stands in the way, instead of showing a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except config.Misconfigured as refusal:
            lines = "\n".join(f"  - {problem}" for problem in refusal.problems)
            click.echo(f"Marula cannot start with these settings:\n{lines}", err=True)
        except CannotStart as refusal:
            click.echo(str(refusal), err=True)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) not in UNKNOWN:
                raise
            click.echo(
                "The database has not the tables of this version. Run `python api/run.py db upgrade` first.",
                err=True,
            )
        except OperationalError as error:
            click.echo(f"The database of DATABASE_URL cannot be used now:\n{error.orig}", err=True)
        sys.exit(2)


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Marula: the application and selection process of research events."""


@main.command()
def run() -> None:
    """Run everything on this machine: database, migrations, web and worker. This is what `make run` does."""
    sys.exit(run_everything(os.environ))


@main.command()
def serve() -> None:
    """Run the web server alone, on the database of DATABASE_URL."""
    serve_web(os.environ)


@main.command()
def worker() -> None:
    """Run one worker: it sends mail and does all other work that need not be waited for. Run as many as you like."""
    serve_worker(os.environ)


main.add_command(make_group())
main.add_command(load_demonstration)
main.add_command(accounts.create_admin)
main.add_command(documents.openapi)
