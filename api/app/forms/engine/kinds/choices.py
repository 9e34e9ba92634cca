"""Yes or no, one of several, some of several, and countries."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from app.forms.engine.conditions import ALONE, Operator
from app.forms.engine.kinds.base import FLAG, Kind, Refused, Settings, count
from app.forms.engine.model import Question
from app.utils.countries import COUNTRIES, country_name
from app.utils.i18n import _, lazy_gettext, ngettext


class YesNo(Kind):
    """Yes or no; stored as a boolean. Shown as a tick box, an empty box is no answer."""

    name = "yes_no"
    title = lazy_gettext("Yes or no")
    countable = True
    settings: ClassVar[Settings] = {"must_be_yes": FLAG}
    displays = ("radio", "checkbox")
    operators = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.ANSWERED, Operator.NOT_ANSWERED)

    def read(self, question: Question, raw: Any) -> bool | None:
        """A boolean; an unticked box gives None."""
        if raw == "":
            return None
        if not isinstance(raw, bool):
            raise Refused(_("Answer yes or no."))
        return None if question.display == "checkbox" and not raw else raw

    def faults(self, question: Question, value: bool) -> Iterator[str]:
        """Whether a consent was given."""
        if question.setting("must_be_yes") and not value:
            yield _("We can only go on if you agree to this.")

    def missing(self, question: Question) -> str:
        """Asks to tick, or to choose."""
        if question.display == "checkbox":
            return _("Tick this box to go on.")
        return _("Choose yes or no.")

    def from_form(self, question: Question, values: Sequence[str]) -> Any:
        """`true` and `false` are what the controls send; anything else goes on to be refused."""
        return {"true": True, "false": False}.get(values[-1], values[-1])

    def shown(self, question: Question, value: Any, language: str) -> str:
        """The word, in the language of the page."""
        return _("Yes") if value else _("No")

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """true or false."""
        if operator in ALONE:
            return super().operand_wanted(question, operator, value)
        return None if isinstance(value, bool) else _("true or false is needed.")


class _Choice(Kind):
    """What the types with options share."""

    has_options = True
    countable = True

    def _option(self, question: Question, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in question.labels:
            raise Refused(_("Choose from the answers that are offered."))
        return raw


class SingleChoice(_Choice):
    """One option; stored as its value."""

    name = "single_choice"
    title = lazy_gettext("One choice")
    displays = ("radio", "list")
    operators = (
        Operator.EQUALS,
        Operator.NOT_EQUALS,
        Operator.IN,
        Operator.ANSWERED,
        Operator.NOT_ANSWERED,
    )

    def read(self, question: Question, raw: Any) -> str | None:
        """The value of an option."""
        return None if raw == "" else self._option(question, raw)

    def missing(self, question: Question) -> str:
        """Asks to choose."""
        return _("Choose one answer.")

    def shown(self, question: Question, value: Any, language: str) -> str:
        """The option's label."""
        return question.option_in(str(value), language)

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """A value of an option, or for `in` a list of them."""
        if operator in ALONE:
            return super().operand_wanted(question, operator, value)
        values = option_values(question)
        if operator is Operator.IN:
            fine = (
                isinstance(value, list)
                and value
                and all(isinstance(item, str) and item in values for item in value)
            )
            return None if fine else _("A list of these values is needed: %(values)s.", values=listed(values))
        fine = isinstance(value, str) and value in values
        return None if fine else _("One of these values is needed: %(values)s.", values=listed(values))


class MultipleChoice(_Choice):
    """Some options; stored as a list of values in the document's order."""

    name = "multiple_choice"
    title = lazy_gettext("Several choices")
    settings: ClassVar[Settings] = {"min_selections": count(300, 1), "max_selections": count(300, 1)}
    bounds = (("min_selections", "max_selections"),)
    operators = (Operator.CONTAINS, Operator.ANSWERED, Operator.NOT_ANSWERED)

    def read(self, question: Question, raw: Any) -> list[str] | None:
        """Values of options, each once; one text counts as a list of one."""
        if raw == "":
            return None
        items = [raw] if isinstance(raw, str) else raw
        if not isinstance(items, list) or len(items) > 2 * len(question.options):
            raise Refused(_("Choose from the answers that are offered."))
        chosen = {self._option(question, item) for item in items}
        return [option.value for option in question.options if option.value in chosen] or None

    def faults(self, question: Question, value: list[str]) -> Iterator[str]:
        """Whether there are too few or too many."""
        least, most = question.setting("min_selections"), question.setting("max_selections")
        if least and len(value) < least:
            yield ngettext("Choose at least %(num)s answer.", "Choose at least %(num)s answers.", least)
        if most and len(value) > most:
            yield ngettext("Choose at most %(num)s answer.", "Choose at most %(num)s answers.", most)

    def missing(self, question: Question) -> str:
        """Asks to choose."""
        return _("Choose at least one answer.")

    def from_form(self, question: Question, values: Sequence[str]) -> Any:
        """All boxes ticked; the empty marker that says the question was on the page is no choice."""
        return [value for value in values if value]

    def shown(self, question: Question, value: Any, language: str) -> str:
        """The labels, one a line."""
        items = value if isinstance(value, list) else [value]
        return "\n".join(question.option_in(str(item), language) for item in items)

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """The value of an option."""
        if operator in ALONE:
            return super().operand_wanted(question, operator, value)
        values = option_values(question)
        fine = isinstance(value, str) and value in values
        return None if fine else _("One of these values is needed: %(values)s.", values=listed(values))


class Country(Kind):
    """A country or territory; stored as its two-letter code (ISO 3166-1)."""

    name = "country"
    title = lazy_gettext("Country")
    countable = True
    operators = (
        Operator.EQUALS,
        Operator.NOT_EQUALS,
        Operator.IN,
        Operator.ANSWERED,
        Operator.NOT_ANSWERED,
    )

    def read(self, question: Question, raw: Any) -> str | None:
        """A code, in capitals."""
        if raw == "":
            return None
        code = raw.strip().upper() if isinstance(raw, str) and len(raw) < 10 else ""
        if code not in COUNTRIES:
            raise Refused(_("Choose a country from the list."))
        return code

    def missing(self, question: Question) -> str:
        """Asks for the country."""
        return _("Choose a country.")

    def shown(self, question: Question, value: Any, language: str) -> str:
        """The country's name."""
        return country_name(str(value), language)

    def operand_wanted(self, question: Mapping[str, Any], operator: Operator, value: Any) -> str | None:
        """A code, or for `in` a list of them."""
        if operator in ALONE:
            return super().operand_wanted(question, operator, value)
        if operator is Operator.IN:
            fine = (
                isinstance(value, list)
                and value
                and all(isinstance(item, str) and item in COUNTRIES for item in value)
            )
            return None if fine else _("A list of country codes like KE is needed.")
        fine = isinstance(value, str) and value in COUNTRIES
        return None if fine else _("A country code like KE is needed.")


def option_values(question: Mapping[str, Any]) -> list[str]:
    """The values of a question's options in a document that may still be wrong."""
    options = question.get("options")
    if not isinstance(options, list):
        return []
    values = [option.get("value") for option in options if isinstance(option, dict)]
    return [value for value in values if isinstance(value, str)]


def listed(values: Sequence[str]) -> str:
    """Some values for a sentence, cut short when they are many."""
    return ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
