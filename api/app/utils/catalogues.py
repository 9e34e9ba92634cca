"""Translations are kept as `.po` files; the `.mo` files that the program reads are made from them when they are older."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_stale(folder: Path) -> None:
    """Make the `.mo` beside each `.po` below `folder` that has none or an older one; where nobody may write, nothing.

    Several processes may do this at once: each writes a file of its own and moves it into place.
    """
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        if not os.access(source.parent, os.W_OK):
            continue
        with source.open("rb") as text:
            catalogue = read_po(text)
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(target)
