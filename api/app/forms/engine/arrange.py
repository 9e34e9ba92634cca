"""The order in which the fields of a document are written: PostgreSQL forgets it, and people read and compare files."""

from collections.abc import Mapping, Sequence
from typing import Any

_FORM = ("format", "languages", "title", "intro", "sections")
_SECTION = ("key", "title", "intro", "condition", "questions")
_QUESTION = ("key", "type", "label", "text", "help", "placeholder", "required", "display", "options")
_LAST = ("blind", "personal", "statistics", "condition")
_TEXTS = ("title", "intro", "label", "help", "placeholder", "text")
_CONDITION = ("question", "is", "value", "all", "any")


def arrange(document: Mapping[str, Any]) -> dict[str, Any]:
    """A valid document with its fields in the order of docs/forms.md and its languages in their own."""
    languages = document["languages"]
    form = _ordered(document, _FORM, languages)
    form["sections"] = [_section(section, languages) for section in document["sections"]]
    return form


def _section(section: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    arranged = _ordered(section, _SECTION, languages)
    arranged["questions"] = [_question(question, languages) for question in section["questions"]]
    return arranged


def _question(question: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    settings = sorted(question.keys() - {*_QUESTION, *_LAST})
    arranged = _ordered(question, (*_QUESTION, *settings, *_LAST), languages)
    if "options" in question:
        arranged["options"] = [
            _ordered(option, ("value", "label"), languages) for option in question["options"]
        ]
    return arranged


def _ordered(thing: Mapping[str, Any], names: Sequence[str], languages: Sequence[str]) -> dict[str, Any]:
    arranged = {name: thing[name] for name in names if thing.get(name) is not None}
    for name in _TEXTS:
        if name in arranged:
            arranged[name] = {code: arranged[name][code] for code in languages if code in arranged[name]}
    if "condition" in arranged:
        arranged["condition"] = _condition(arranged["condition"])
    return arranged


def _condition(tree: Mapping[str, Any]) -> dict[str, Any]:
    arranged = {name: tree[name] for name in _CONDITION if name in tree}
    for group in ("all", "any"):
        if group in arranged:
            arranged[group] = [_condition(part) for part in arranged[group]]
    return arranged
