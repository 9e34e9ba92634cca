"""Commands about accounts."""

import sys

import click

from app.cli.local import local_app
from app.users.services.administrators import create_administrator, promote
from app.utils.addresses import normal_address
from app.utils.database import db
from app.utils.errors import Problem


@click.command("create-admin")
@click.option("--email", prompt="E-mail address", help="The address that signs in.")
@click.option("--password", help="Asked for when not given; better not given, as others can see commands.")
def create_admin(email: str, password: str | None) -> None:
    """Make an account that administers the installation, or let an existing one do so."""
    try:
        address = normal_address(email)
    except ValueError:
        raise click.UsageError(f"{email} is not an e-mail address. Check it for typing mistakes.") from None
    with local_app(migrate=True) as app, app.test_request_context():
        if promote(email=address):
            db.session.commit()
            click.echo(
                f"The account {address} administers this installation now. Its password stays as it is."
            )
            return
        password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
        try:
            create_administrator(email=address, password=password)
        except Problem as problem:
            click.echo(
                "\n".join(
                    {sentence for all_ in problem.errors.values() for sentence in all_} or {problem.detail}
                ),
                err=True,
            )
            sys.exit(1)
        db.session.commit()
    click.echo(f"{address} can sign in and administers this installation.")
