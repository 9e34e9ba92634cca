"""Commands that write what the code says about itself."""

import json
from pathlib import Path

import click

from app.cli.local import make_app

# Nothing is asked of it: a description needs no database.
NO_DATABASE = "postgresql://nowhere/none"


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def openapi(output: Path | None) -> None:
    """Print the OpenAPI document of the API."""
    app = make_app({"DEBUG": "1", "SECRET_KEY": "none", "DATABASE_URL": NO_DATABASE})
    with app.test_request_context():
        document = app.extensions["openapi"]()
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
