"""`make messages`: extracts what is to be translated and brings each language's catalogue up to date."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
TRANSLATIONS = Path("api/app/translations")
TEMPLATE = Path("var/messages.pot")
PYBABEL = Path(sys.executable).parent / "pybabel"
HEADER = ["--project=Marula", "--version=", "--copyright-holder=", "--msgid-bugs-address="]
# The catalogue says in which file a text stands, but not the line: lines move with every change.
EXTRACT = [
    "extract",
    "-F",
    "pyproject.toml",
    "-k",
    "lazy_gettext",
    "-k",
    "lazy_ngettext:1,2",
    "--add-location=file",
]
UPDATE = ["update", "--no-fuzzy-matching", "--ignore-obsolete", "--width=110", "--omit-header"]


def extract(target: Path) -> None:
    """Write all texts marked for translation to `target`."""
    target.parent.mkdir(exist_ok=True)
    _run([*EXTRACT, *HEADER, "--sort-by-file", "-o", str(target), "api/app"])


def main() -> None:
    """Extract, then update every language that has a folder."""
    extract(TEMPLATE)
    for folder in sorted(path for path in (CHECKOUT / TRANSLATIONS).iterdir() if path.is_dir()):
        catalogue = folder / "LC_MESSAGES" / "messages.po"
        if catalogue.exists():
            head, _gap, _texts = catalogue.read_text(encoding="utf-8").partition("\n\n")
            if "Plural-Forms" not in head:
                sys.exit(f"{catalogue} has lost its head: take it from an earlier version.")
            _run([*UPDATE, "-i", str(TEMPLATE), "-o", str(catalogue), "-l", folder.name])
            # Without --omit-header each run would change the date; with it the plural rule is lost too.
            texts = catalogue.read_text(encoding="utf-8")
            catalogue.write_text(f"{head}\n\n{texts.lstrip()}", encoding="utf-8")
        else:
            _run(["init", "-i", str(TEMPLATE), "-d", str(TRANSLATIONS), "-l", folder.name, "--width=110"])


def _run(arguments: list[str]) -> None:
    subprocess.run([PYBABEL, "--quiet", *arguments], cwd=CHECKOUT, check=True)


if __name__ == "__main__":
    main()
