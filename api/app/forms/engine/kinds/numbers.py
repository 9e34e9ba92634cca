"""Numbers and dates."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from app.forms.engine.conditions import ALONE, Operator
from app.forms.engine.kinds.base import DAY, FLAG, NUMBER, Cell, Kind, Refused, Settings
from app.forms.engine.model import Question
from app.forms.engine.texts import BLANK
from app.utils.i18n import _, current_language, lazy_gettext

# Fifteen digits are what a double, JSON and every spreadsheet keep exactly.
DIGITS = 15

_SPACES = re.compile("[ \xa0\u202f\u2009']")
_PLAIN = re.compile(r"[+-]?[0-9]{1,20}(?:[.,][0-9]{1,20})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
# Arabic, Persian and full-width digits, and the Arabic decimal sign, as phones type them; the page folds the same.
_FOLD = {start + digit: str(digit) for start in (0x660, 0x6F0, 0xFF10) for digit in range(10)} | {
    0x66B: ".",
    0x2212: "-",
}
_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")


def parse_number(text: str) -> int | float | None:
    """A number as people type it ("1 200", "2,5"); None if it is none, is ambiguous ("1,200") or has over 15 digits."""
    text = _SPACES.sub("", text.strip(BLANK)).translate(_FOLD)
    if not _PLAIN.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return None
    return _tidy(Decimal(text.replace(",", ".")))


def _tidy(number: Decimal) -> int | float | None:
    if not number.is_finite() or abs(number) >= 10**DIGITS:
        return None
    number = number.normalize()
    if len(number.as_tuple().digits) > DIGITS:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def parse_day(text: str) -> date | None:
    """A calendar day written YYYY-MM-DD, or None."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def show_number(number: float, language: str) -> str:
    """A number with the separators of `language`."""
    try:
        return str(format_decimal(number, locale=language.replace("-", "_"), decimal_quantization=False))
    except (UnknownLocaleError, ValueError):
        return str(number)


def show_day(day: date, language: str) -> str:
    """A day in words of `language`, such as "5 March 2027"."""
    locale = "en_GB" if language == "en" else language.replace("-", "_")
    try:
        return str(format_date(day, format="long", locale=locale))
    except (UnknownLocaleError, ValueError):
        return day.isoformat()


def _as_read(number: float | None) -> str:
    return "" if number is None else show_number(number, current_language())


def _in_words(text: str) -> str:
    day = parse_day(text)
    return show_day(day, current_language()) if day else text


class Number(Kind):
    """A number; stored as a JSON number, whole ones without a point."""

    name = "number"
    title = lazy_gettext("Number")
    countable = True
    settings: ClassVar[Settings] = {"min": NUMBER, "max": NUMBER, "integer": FLAG}
    bounds = (("min", "max"),)
    has_placeholder = True
    operators = (
        Operator.EQUALS,
        Operator.NOT_EQUALS,
        Operator.IN,
        Operator.LESS,
        Operator.MORE,
        Operator.ANSWERED,
        Operator.NOT_ANSWERED,
    )

    def read(self, question: Question, raw: Any) -> int | float | None:
        """A finite number of at most 15 digits, given as a number or as text."""
        number: int | float | None = None
        if isinstance(raw, str):
            if not raw.strip(BLANK):
                return None
            number = parse_number(raw) if len(raw) <= 60 else None
        elif isinstance(raw, int | float) and not isinstance(raw, bool):
            number = _tidy(Decimal(repr(raw))) if abs(raw) < 10**DIGITS else None
        if number is None:
            raise Refused(_("Write this as a number in digits, for example 1200 or 2.5."))
        return number

    def faults(self, question: Question, value: float) -> Iterator[str]:
        """Whether it is whole and within bounds."""
        settings = question.settings
        if settings.get("integer") and not isinstance(value, int):
            yield _("Write a whole number.")
        least, most = settings.get("min"), settings.get("max")
        if (least is None or least <= value) and (most is None or value <= most):
            return
        words = {"least": _as_read(least), "most": _as_read(most)}
        if least is not None and most is not None:
            yield _("Write a number from %(least)s to %(most)s.", **words)
        elif least is not None:
            yield _("Write a number that is at least %(least)s.", **words)
        else:
            yield _("Write a number that is at most %(most)s.", **words)

    def missing(self, question: Question) -> str:
        """Asks for the number."""
        return _("We need a number here.")

    def shown(self, question: Question, value: Any, language: str) -> str:
        """With the reader's separators."""
        return show_number(value, language)

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """A number, or for `in` a list of numbers."""
        if operator in ALONE:
            return super().operand_wanted(question, operator, value)
        if operator is Operator.IN:
            fine = (
                isinstance(value, list) and 0 < len(value) <= 100 and all(_is_number(item) for item in value)
            )
            return None if fine else _("A list of numbers is needed.")
        return None if _is_number(value) else _("A number is needed.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= NUMBER.most


class Day(Kind):
    """A calendar day, stored as YYYY-MM-DD."""

    name = "date"
    title = lazy_gettext("Date")
    settings: ClassVar[Settings] = {"min": DAY, "max": DAY}
    bounds = (("min", "max"),)
    operators = (
        Operator.EQUALS,
        Operator.NOT_EQUALS,
        Operator.LESS,
        Operator.MORE,
        Operator.ANSWERED,
        Operator.NOT_ANSWERED,
    )

    def read(self, question: Question, raw: Any) -> str | None:
        """A day that exists."""
        if isinstance(raw, str):
            text = raw.strip(BLANK)
            if not text:
                return None
            if parse_day(text):
                return text
        raise Refused(_("Write this date as year, month and day, for example 2027-03-05."))

    def faults(self, question: Question, value: str) -> Iterator[str]:
        """Whether it is within bounds."""
        least, most = question.setting("min"), question.setting("max")
        if least and value < least:
            yield _("Choose %(day)s or a later day.", day=_in_words(least))
        if most and value > most:
            yield _("Choose %(day)s or an earlier day.", day=_in_words(most))

    def missing(self, question: Question) -> str:
        """Asks for the day."""
        return _("We need a date here.")

    def shown(self, question: Question, value: Any, language: str) -> str:
        """In words."""
        day = parse_day(str(value))
        return show_day(day, language) if day else str(value)

    def exported(self, question: Question, value: Any) -> Cell:
        """A date, so that spreadsheets can order it."""
        return (parse_day(value) if isinstance(value, str) else None) or super().exported(question, value)

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """A day."""
        if operator in ALONE:
            return super().operand_wanted(question, operator, value)
        fine = isinstance(value, str) and parse_day(value)
        return None if fine else _("A date like 2027-03-05 is needed.")
