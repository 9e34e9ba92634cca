"""The command that fills a database with a demonstration."""

import click

from app.cli.local import local_app
from app.utils.errors import Conflict


@click.command("demo")
@click.option("--applicants", default=300, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
def load_demonstration(applicants: int, seed: int) -> None:
    """Load the demonstration: an organisation, two events, applicants, guests, and people in all roles."""
    with local_app(migrate=True) as app, app.app_context():
        try:
            fill(applicants, seed)
        except Conflict:
            raise click.ClickException(
                "This database has the demonstration already, or somebody of the same address. Use an empty one."
            ) from None


def fill(applicants: int = 300, seed: int = 1) -> None:
    """Load the demonstration into the database of the current application, telling how far it is."""
    # Its libraries take a moment, and no other command wants them.
    from app.demo.services import load  # noqa: PLC0415

    load(applicants=applicants, seed=seed, progress=click.echo)


def tell_sign_ins() -> None:
    """Print who can sign in to the demonstration, and how."""
    from app.demo import story  # noqa: PLC0415
    from app.demo.services import list_sign_ins  # noqa: PLC0415

    click.echo(f"\n  The demonstration's people sign in with the password {story.PASSWORD}")
    for sign_in in list_sign_ins():
        click.echo(f"    {sign_in.email:<28} {sign_in.role}")
    click.echo()
