"""The command that fills a database with a demonstration."""

import click

from app.cli.local import local_app


@click.command("demo")
@click.option("--applicants", default=300, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
def load_demonstration(applicants: int, seed: int) -> None:
    """Load the demonstration: an organisation, two events, applicants, guests, and people in all roles."""
    with local_app() as app, app.app_context():
        fill(applicants, seed)


def fill(applicants: int = 300, seed: int = 1) -> None:
    """Load the demonstration into the database of the current application, telling how far it is."""
    # Its libraries take a moment, and no other command wants them.
    from app.demo.services import load  # noqa: PLC0415

    load(applicants=applicants, seed=seed, progress=click.echo)
