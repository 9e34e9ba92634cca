"""What a new version of a form does to answers given to the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.forms.engine.model import CompiledForm, Question


class Change(StrEnum):
    """What may be different about a question, the gravest first."""

    TYPE = "type"
    OPTIONS_GONE = "options_gone"
    REQUIRED = "required"
    LIMITS = "limits"
    CONDITION = "condition"
    OPTIONS_ADDED = "options_added"
    SECTION = "section"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Changed:
    """One question that both versions ask, and how it differs."""

    question: Question
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The questions of the new version that are new, those that only the old one asks, and those that differ."""

    added: tuple[Question, ...]
    removed: tuple[Question, ...]
    changed: tuple[Changed, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no question appears, disappears or changes."""
        return not (self.added or self.removed or self.changed)


def compare(old: CompiledForm | None, new: CompiledForm) -> Comparison:
    """The difference between two versions, question by question; without an old one everything is new."""
    before: Mapping[str, Question] = old.questions if old else {}
    both = [(before[key], question) for key, question in new.questions.items() if key in before]
    differing = ((question, _changes(was, question, old, new)) for was, question in both)
    return Comparison(
        added=tuple(question for key, question in new.questions.items() if key not in before),
        removed=tuple(question for key, question in before.items() if key not in new.questions),
        changed=tuple(Changed(question, changes) for question, changes in differing if changes),
    )


def _changes(was: Question, now: Question, old: CompiledForm | None, new: CompiledForm) -> tuple[Change, ...]:
    if was.kind is not now.kind:
        return (Change.TYPE,)
    found = {
        Change.OPTIONS_GONE: bool(was.labels.keys() - now.labels.keys()),
        Change.REQUIRED: now.required and not was.required,
        Change.LIMITS: dict(was.settings) != dict(now.settings),
        Change.CONDITION: _tree(was, old) != _tree(now, new),
        Change.OPTIONS_ADDED: bool(now.labels.keys() - was.labels.keys()),
        Change.SECTION: was.section != now.section,
        Change.TEXTS: _texts(was) != _texts(now) or _labels(was, now) != _labels(now, was),
    }
    return tuple(change for change, applies in found.items() if applies)


def _tree(question: Question, form: CompiledForm | None) -> tuple[Any, Any]:
    """Both conditions on which a question depends: its own and its section's."""
    section = form.section(question.section) if form else None
    return (
        question.condition.tree if question.condition else None,
        section.condition.tree if section and section.condition else None,
    )


def _texts(question: Question) -> tuple[Any, ...]:
    return question.label, question.help, question.placeholder


def _labels(question: Question, other: Question) -> dict[str, Any]:
    """The labels of the options that both versions offer."""
    return {option.value: option.label for option in question.options if option.value in other.labels}
