"""Whether a condition of a document can work: its shape, and that it asks about earlier questions what they can answer."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from app.forms.engine.conditions import ALONE, Operator
from app.forms.engine.kinds import Kind
from app.forms.engine.limits import MAX_COMPARISONS, MAX_CONDITION_DEPTH
from app.utils.i18n import _

Found = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that stands before the condition; `kind` is None while its type is not known."""

    kind: Kind | None
    question: Mapping[str, Any]


def check_condition(
    pointer: str, tree: object, asked: Mapping[str, Asked], later: Set[str]
) -> Iterator[Found]:
    """`(pointer, reason, remedy)` of every flaw of a condition.

    `asked` are the questions before it, `later` the keys of the whole form.
    """
    if _comparisons(tree) > MAX_COMPARISONS:
        yield (
            pointer,
            _("This condition has too many comparisons."),
            _("At most %(limit)s are possible.", limit=MAX_COMPARISONS),
        )
        return
    yield from _tree(pointer, tree, asked, later, 1)


def _comparisons(tree: object) -> int:
    """How many comparisons a tree holds; written without recursion, because the tree may be hostile."""
    found, waiting = 0, [tree]
    while waiting and found <= MAX_COMPARISONS:
        part = waiting.pop()
        groups = [part[name] for name in ("all", "any") if name in part] if isinstance(part, dict) else []
        found += not groups
        for group in groups:
            waiting.extend(group if isinstance(group, list) else ())
    return found


def _tree(
    pointer: str, tree: object, asked: Mapping[str, Asked], later: Set[str], depth: int
) -> Iterator[Found]:
    shapes = _('Write {"question": …, "is": …, "value": …}, {"all": […]} or {"any": […]}.')
    if not isinstance(tree, dict):
        yield pointer, _("This is not a condition."), shapes
        return
    if depth > MAX_CONDITION_DEPTH:
        limit = _("At most %(limit)s levels are possible.", limit=MAX_CONDITION_DEPTH)
        yield pointer, _("This condition is nested too deeply."), limit
        return
    if "question" in tree:
        yield from _comparison(pointer, tree, asked, later)
        return
    group = next((name for name in ("all", "any") if name in tree), None)
    if group is None or len(tree) > 1:
        yield pointer, _("This is not a condition."), shapes
        return
    parts = tree[group]
    if not isinstance(parts, list) or not parts:
        yield f"{pointer}/{group}", _("A group needs conditions."), _("Write a list with at least one.")
        return
    for index, part in enumerate(parts):
        yield from _tree(f"{pointer}/{group}/{index}", part, asked, later, depth + 1)


def _comparison(
    pointer: str, tree: Mapping[str, Any], asked: Mapping[str, Asked], later: Set[str]
) -> Iterator[Found]:
    for name in tree:
        if name not in ("question", "is", "value"):
            place = name[:60].replace("~", "~0").replace("/", "~1")
            yield f"{pointer}/{place}", _("There is no “%(name)s” here.", name=name[:60]), _("Take it away.")
    key = tree["question"]
    target = asked.get(key) if isinstance(key, str) else None
    if target is None:
        is_later = isinstance(key, str) and key in later
        yield (
            f"{pointer}/question",
            _("This question does not stand before the condition.")
            if is_later
            else _("There is no such question."),
            _("Name a question that is asked earlier in the form."),
        )
        return
    if target.kind is None:
        return  # its unknown type is reported there
    operators = target.kind.operators
    if not operators:
        yield (
            f"{pointer}/question",
            _("This question takes no answer."),
            _("Name a question that people answer."),
        )
        return
    if tree.get("is") not in tuple(operators):
        possible = _("For this question these are possible: %(names)s.", names=", ".join(operators))
        yield f"{pointer}/is", _("This question cannot be compared like that."), possible
        return
    operator = Operator(tree["is"])
    if operator in ALONE and "value" not in tree:
        return
    wanted = target.kind.operand_wanted(target.question, operator, tree.get("value"))
    if wanted:
        reason = (
            _("This cannot be compared with the answer.") if "value" in tree else _("We need a value here.")
        )
        yield f"{pointer}/value", reason, wanted
