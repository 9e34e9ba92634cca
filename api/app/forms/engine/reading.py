"""JSON from a file or a text box, with errors that say where to look."""

import json
from typing import Any

from app.forms.engine.checking import Flaw
from app.utils.i18n import _


class _Twice(Exception):
    pass


def read_document(text: str) -> tuple[Any, list[Flaw]]:
    """The value of a JSON text, or None and the flaw: not JSON, a key that stands twice, NaN, or nested too deeply."""
    if not text.strip():
        return None, [Flaw("", _("There is nothing here."), _("Choose a file or paste a form."))]
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse), []
    except json.JSONDecodeError as problem:
        place = _("Line %(line)s, column %(column)s:", line=problem.lineno, column=problem.colno)
        reason = _("here the text stops being JSON.")
        line = (text.splitlines() or [""])[min(problem.lineno, len(text.splitlines()) or 1) - 1].strip()[:80]
        remedy = _("Look for a missing comma, quotation mark or bracket near “%(line)s”.", line=line)
        return None, [Flaw("", f"{place} {reason}", remedy)]
    except _Twice as problem:
        reason = _("The key “%(key)s” stands twice in the same object.", key=str(problem)[:60])
        return None, [Flaw("", reason, _("Every key may be used once."))]
    except (ValueError, RecursionError):
        reason = _("This holds a number that JSON does not know, or is nested too deeply.")
        return None, [Flaw("", reason, _("Check it with any JSON checker."))]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)
