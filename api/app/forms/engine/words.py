"""Conditions in words: "“Where are you in your career?” is “PhD student” or “Postdoc”"."""

from collections.abc import Mapping
from typing import Any

from app.forms.engine.conditions import Operator
from app.forms.engine.export import display
from app.forms.engine.model import CompiledForm, Condition
from app.utils.i18n import _


def describe(condition: Condition | None, form: CompiledForm, language: str) -> str:
    """A condition as a clause after "Shown if"; an empty text for none."""
    return _clause(condition.tree, form, language, outermost=True) if condition else ""


def _clause(tree: Mapping[str, Any], form: CompiledForm, language: str, *, outermost: bool = False) -> str:
    for group, between in (("all", _("and")), ("any", _("or"))):
        if group in tree:
            clauses = [_clause(part, form, language) for part in tree[group]]
            joined = f" {between} ".join(clauses)
            return joined if outermost or len(clauses) == 1 else f"({joined})"
    question = form.questions[tree["question"]]
    label = question.label_in(language)
    given = tree.get("value")
    values = [display(question, item, language) for item in (given if isinstance(given, list) else [given])]
    is_number = question.kind.name == "number"
    value = f" {_('or')} ".join(each if is_number else f"“{each}”" for each in values)
    sentences = {
        Operator.EQUALS: _("“%(question)s” is %(value)s", question=label, value=value),
        Operator.NOT_EQUALS: _(
            "“%(question)s” is answered, but not with %(value)s", question=label, value=value
        ),
        Operator.IN: _("“%(question)s” is %(value)s", question=label, value=value),
        Operator.CONTAINS: _("%(value)s is chosen at “%(question)s”", question=label, value=value),
        Operator.ANSWERED: _("“%(question)s” is answered", question=label),
        Operator.NOT_ANSWERED: _("“%(question)s” is not answered", question=label),
        Operator.LESS: _("“%(question)s” is less than %(value)s", question=label, value=value),
        Operator.MORE: _("“%(question)s” is more than %(value)s", question=label, value=value),
    }
    return sentences[Operator(tree["is"])]
