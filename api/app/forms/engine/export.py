"""Answers for people and for tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.engine.kinds import Cell, Refused
from app.forms.engine.model import CompiledForm, Question
from app.utils.i18n import _, text_in


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export. Versions are merged by key: `question` is the newest version's."""

    key: str
    question: Question

    def heading(self, language: str) -> str:
        """The question's label."""
        return text_in(self.question.label, language, self.question.languages)


def columns(forms: Iterable[CompiledForm]) -> list[Column]:
    """The columns for answers to these versions, oldest first.

    The newest version says order and label; questions that only older ones ask follow, so that no answer is left out.
    """
    merged: dict[str, Question] = {}
    for form in reversed(list(forms)):
        for key, question in form.questions.items():
            merged.setdefault(key, question)
    return [Column(key, question) for key, question in merged.items()]


def export_value(question: Question, answer: Any) -> Cell:
    """An answer as one cell: number, boolean, date or text; values of options, not labels. None if there is no answer."""
    return None if answer is None else question.kind.exported(question, answer)


def export_row(merged: Iterable[Column], answers: Mapping[str, Any]) -> list[Cell]:
    """One response as cells under `columns`."""
    # `export_value` written out: an export of ten thousand rows would call it half a million times.
    return [
        None
        if (answer := answers.get(column.key)) is None
        else column.question.kind.exported(column.question, answer)
        for column in merged
    ]


def display(question: Question, answer: Any, language: str) -> str:
    """An answer as a person reads it in `language`; an empty text if there is none. Several choices stand on lines."""
    if answer is None:
        return ""
    return question.kind.shown(question, answer, language) if _fits(question, answer) else _plain(answer)


def _fits(question: Question, answer: Any) -> bool:
    """Whether a stored answer is of the question's type: another version may have asked it differently."""
    try:
        return question.kind.read(question, answer) is not None
    except Refused:
        return False


def _plain(answer: Any) -> str:
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    return "\n".join(str(item) for item in answer) if isinstance(answer, list) else str(answer)
