"""Checks that every template compiles and that every text has its translation, with the same fields in it."""

import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po
from jinja2 import TemplateSyntaxError
from messages import TEMPLATE, TRANSLATIONS, extract

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "api"))

import config  # noqa: E402
from app import create_app  # noqa: E402
from app.utils.i18n import DEFAULT_LANGUAGE, LANGUAGES  # noqa: E402


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    faults = [*_find_broken_templates()]
    extract(CHECKOUT / TEMPLATE)
    wanted = _read(CHECKOUT / TEMPLATE, None)
    for language in LANGUAGES:
        if language != DEFAULT_LANGUAGE:
            faults += _find_gaps(wanted, language)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(wanted)} texts in {len(LANGUAGES)} languages.")
    return 1 if faults else 0


def _find_broken_templates() -> list[str]:
    settings = config.load({"DEBUG": "1", "SECRET_KEY": "none", "DATABASE_URL": "postgresql://nowhere/none"})
    environment = create_app(settings.as_config()).jinja_env
    faults = []
    for name in environment.list_templates():
        try:
            environment.get_template(name)
        except TemplateSyntaxError as error:
            faults.append(f"{error.filename}:{error.lineno}: {error.message}")
    return faults


def _find_gaps(wanted: Catalog, language: str) -> list[str]:
    path = CHECKOUT / TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return [f"There is no catalogue for {language}: {path.relative_to(CHECKOUT)}"]
    have = _read(path, language)
    faults = []
    for message in wanted:
        if not message.id:
            continue
        found = have.get(message.id, message.context)
        if found is None:
            faults.append(f"{language}: not in the catalogue (make messages): {message.id!r}")
        elif found.fuzzy or not all([found.string] if isinstance(found.string, str) else found.string):
            faults.append(f"{language}: not translated: {message.id!r}")
    for message, errors in have.check():
        faults += [f"{language}: {error}: {message.id!r}" for error in errors]
    return faults


def _read(path: Path, language: str | None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


if __name__ == "__main__":
    sys.exit(main())
