"""Conditions: typed trees over earlier answers, turned into functions.

`{"all": […]}`, `{"any": […]}` or `{"question": key, "is": operator, "value": …}`. Only visible, well-formed answers
reach a condition; every comparison except `not_answered` is false while the question is unanswered.
`static/js/conditions.js` says the same for the page, and a test holds the two together on random forms.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from app.forms.engine.model import Answers, Condition, Rule


class Operator(StrEnum):
    """How an answer is compared."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    CONTAINS = "contains"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    LESS = "less"
    MORE = "more"


ALONE = frozenset({Operator.ANSWERED, Operator.NOT_ANSWERED})

_COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: lambda answer, value: bool(answer == value),
    Operator.NOT_EQUALS: lambda answer, value: bool(answer != value),
    Operator.IN: lambda answer, value: answer in value,
    Operator.CONTAINS: lambda answer, value: value in answer,
    Operator.LESS: lambda answer, value: bool(answer < value),
    Operator.MORE: lambda answer, value: bool(answer > value),
}


def compile_condition(tree: Mapping[str, Any] | None) -> Condition | None:
    """A condition of a valid document as an object that can be asked; None stays None (always shown)."""
    return None if tree is None else Condition(tree, _rule(tree))


def _rule(tree: Mapping[str, Any]) -> Rule:
    if "all" in tree:
        rules = [_rule(part) for part in tree["all"]]
        return lambda answers: all(rule(answers) for rule in rules)
    if "any" in tree:
        rules = [_rule(part) for part in tree["any"]]
        return lambda answers: any(rule(answers) for rule in rules)
    key, operator = tree["question"], Operator(tree["is"])
    if operator is Operator.ANSWERED:
        return lambda answers: key in answers
    if operator is Operator.NOT_ANSWERED:
        return lambda answers: key not in answers
    compare, value = _COMPARE[operator], tree["value"]
    return lambda answers: key in answers and compare(answers[key], value)


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether what carries the condition is shown, given the visible answers before it."""
    return condition is None or condition.holds(answers)


def references(tree: Mapping[str, Any] | None) -> set[str]:
    """The keys of the questions that a condition looks at."""
    if tree is None:
        return set()
    if "question" in tree:
        return {tree["question"]}
    return set().union(*(references(part) for part in tree.get("all") or tree.get("any") or ()))
