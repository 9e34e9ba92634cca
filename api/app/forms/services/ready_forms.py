"""The forms that ship with the system, to begin from."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from app.utils.errors import NotFound
from app.utils.i18n import _

_FOLDER = Path(__file__).parent.parent / "library"


@cache
def _documents() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.json"))}


def list_library() -> list[tuple[str, dict[str, Any]]]:
    """`(key, document)` of every form that ships with the system."""
    return [(key, deepcopy(document)) for key, document in _documents().items()]


def get_from_library(key: str) -> dict[str, Any]:
    """A copy of the document called `key`. Raises `NotFound`."""
    document = _documents().get(key)
    if document is None:
        raise NotFound(_("There is no such form in the library."))
    return deepcopy(document)
