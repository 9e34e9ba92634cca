"""What every type of question can do: check its settings' shapes, read, judge, show and export an answer.

A new type is one class here and one line in `kinds/__init__.py`; its control is one branch in
`templates/forms/_question.html`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from app.forms.engine.conditions import Operator
from app.forms.engine.model import Question
from app.utils.i18n import _, lazy_gettext

Cell = str | int | float | bool | date | None


class Refused(Exception):
    """An answer of the wrong type: even a draft cannot keep it. The argument is a sentence for the person."""

    @property
    def sentence(self) -> str:
        """What to tell the person."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Setting:
    """The shape of one setting in a document: a `count`, `number`, `flag` or `day`, within bounds."""

    shape: str
    least: float = 0
    most: float = 0


Settings = Mapping[str, Setting]


def count(most: int, least: int = 0) -> Setting:
    """A whole number from `least` to `most`."""
    return Setting("count", least, most)


FLAG = Setting("flag")
DAY = Setting("day")
NUMBER = Setting("number", -1e15, 1e15)


class Kind:
    """A type of question. Instances are stateless; there is one of each."""

    name: ClassVar[str]
    title: ClassVar[Any]
    asks: ClassVar[bool] = True
    settings: ClassVar[Settings] = {}
    bounds: ClassVar[Sequence[tuple[str, str]]] = ()
    displays: ClassVar[Sequence[str]] = ()
    has_options: ClassVar[bool] = False
    has_placeholder: ClassVar[bool] = False
    countable: ClassVar[bool] = False
    operators: ClassVar[Sequence[Operator]] = (Operator.ANSWERED, Operator.NOT_ANSWERED)

    def read(self, question: Question, raw: Any) -> Any:
        """The answer as it is stored, or None if there is none. Raises `Refused` if it is of another type."""
        raise NotImplementedError

    def faults(self, question: Question, value: Any) -> Iterator[str]:
        """Sentences about a well-typed answer that may be drafted but not submitted."""
        return iter(())

    def missing(self, question: Question) -> str:
        """What to say when a required answer is not there."""
        return _("We need an answer here.")

    def from_form(self, question: Question, values: Sequence[str]) -> Any:
        """The raw answer from what an HTML form sent under the question's key."""
        return values[-1]

    def shown(self, question: Question, value: Any, language: str) -> str:
        """The answer as a person reads it, on pages, receipts and paper."""
        return str(value)

    def exported(self, question: Question, value: Any) -> Cell:
        """The answer as one cell of a table, stable across languages.

        Another version may have asked for another type, so each type makes a cell of whatever it finds.
        """
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return "; ".join(map(str, value))
        return value if isinstance(value, (bool, int, float)) else str(value)

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """What a condition should compare an answer of this type with, if `value` is not that; else None."""
        return _("No value is needed.")


class Information(Kind):
    """A text between the questions; nobody answers it."""

    name = "information"
    title = lazy_gettext("Information")
    asks = False
    operators = ()

    def read(self, question: Question, raw: Any) -> Any:
        """Always refuses: there is nothing to answer."""
        raise Refused(_("This is a piece of information. It takes no answer."))
