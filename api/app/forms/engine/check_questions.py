"""Whether one question of a document is sound: its type, texts, settings and options."""

import re
from collections.abc import Mapping
from typing import Any

from app.forms.engine.check_conditions import Asked
from app.forms.engine.checking import Check, check_carried, check_key, check_texts, only, too_many
from app.forms.engine.kinds import KINDS, Kind
from app.forms.engine.kinds.base import Setting
from app.forms.engine.kinds.numbers import parse_day
from app.forms.engine.limits import MAX_OPTIONS, VALUE_PATTERN
from app.utils.i18n import _

_VALUE = re.compile(VALUE_PATTERN)
_QUESTION_FIELDS = (
    "key",
    "type",
    "label",
    "help",
    "required",
    "blind",
    "personal",
    "statistics",
    "condition",
)
_FLAGS = ("required", "blind", "personal", "statistics")


def check_question(check: Check, pointer: str, question: object) -> None:
    """Note every flaw of one question, and the question itself for the conditions after it."""
    if not isinstance(question, dict):
        check.add(pointer, _("This is not a question."), _('Write {"key": …, "type": …, "label": …}.'))
        return
    name = question.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    key = check_key(check, f"{pointer}/key", question.get("key"), check.asked)
    check_carried(check, f"{pointer}/condition", question)
    if key:
        check.asked[key] = Asked(kind, question)
    if kind is None:
        types = _("These are possible: %(names)s.", names=", ".join(KINDS))
        reason = _("We need a type here.") if name is None else _("We do not know this type of question.")
        check.add(f"{pointer}/type", reason, types)
        return
    only(check, pointer, question, question_fields(kind))
    check_texts(check, f"{pointer}/label", question.get("label"), "label", needed=kind.asks)
    check_texts(check, f"{pointer}/help", question.get("help"), "help")
    check_texts(check, f"{pointer}/placeholder", question.get("placeholder"), "placeholder")
    if not kind.asks:
        check_texts(check, f"{pointer}/text", question.get("text"), "text", needed=True)
    for flag in _FLAGS:
        if flag in question and not isinstance(question[flag], bool):
            check.add(f"{pointer}/{flag}", _("This is a switch."), _("Write true or false."))
    if kind.displays and "display" in question and question["display"] not in kind.displays:
        remedy = _("These are possible: %(names)s.", names=", ".join(kind.displays))
        check.add(f"{pointer}/display", _("This type cannot be shown like that."), remedy)
    _settings(check, pointer, question, kind)
    if kind.has_options:
        _options(check, f"{pointer}/options", question.get("options"))
        _selections(check, pointer, question, kind)


def question_fields(kind: Kind) -> list[str]:
    """The fields that a question of this type may have in a document."""
    if not kind.asks:
        return ["key", "type", "label", "text", "condition"]
    return [
        *_QUESTION_FIELDS,
        *(["placeholder"] if kind.has_placeholder else []),
        *(["display"] if kind.displays else []),
        *(["options"] if kind.has_options else []),
        *kind.settings,
    ]


def _settings(check: Check, pointer: str, question: Mapping[str, Any], kind: Kind) -> None:
    sound = set()
    for name, setting in kind.settings.items():
        if name not in question:
            continue
        remedy = _setting_remedy(setting, question[name])
        if remedy:
            check.add(f"{pointer}/{name}", _("This setting cannot have that value."), remedy)
        else:
            sound.add(name)
    for low, high in kind.bounds:
        if {low, high} <= sound and question[low] > question[high]:
            reason = _("“%(low)s” is more than “%(high)s”.", low=low, high=high)
            check.add(f"{pointer}/{low}", reason, _("Lower one or raise the other; no answer could fit."))


def _setting_remedy(setting: Setting, value: object) -> str | None:
    """What would be right, or None if the value is."""
    if setting.shape == "flag":
        return None if isinstance(value, bool) else _("Write true or false.")
    if setting.shape == "day":
        return None if isinstance(value, str) and parse_day(value) else _("Write a date like 2027-03-05.")
    types = int if setting.shape == "count" else int | float
    if isinstance(value, types) and not isinstance(value, bool) and setting.least <= value <= setting.most:
        return None
    if setting.shape == "count":
        return _("Write a whole number from %(least)s to %(most)s.", least=setting.least, most=setting.most)
    return _("Write a number.")


def _options(check: Check, pointer: str, options: object) -> None:
    remedy = _('Write a list such as [{"value": "msc", "label": {"en": "Master’s student"}}, …].')
    if not isinstance(options, list) or not options:
        check.add(pointer, _("This type needs options."), remedy)
        return
    if len(options) > MAX_OPTIONS:
        check.add(pointer, *too_many(len(options), MAX_OPTIONS))
    taken: set[str] = set()
    for index, option in enumerate(options[:MAX_OPTIONS]):
        place = f"{pointer}/{index}"
        if not isinstance(option, dict):
            check.add(place, _("This is not an option."), remedy)
            continue
        only(check, place, option, ("value", "label"))
        value = option.get("value")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            fix = _("Use 1 to 64 letters A–Z, digits and . _ + -, beginning with a letter or digit.")
            check.add(f"{place}/value", _("This cannot be the value of an option."), fix)
        elif value in taken:
            reason = _("The value “%(value)s” is used twice.", value=value)
            check.add(f"{place}/value", reason, _("Every value may be used once."))
        else:
            taken.add(value)
        check_texts(check, f"{place}/label", option.get("label"), "option", needed=True)


def _selections(check: Check, pointer: str, question: Mapping[str, Any], kind: Kind) -> None:
    """A least number of choices beyond the number of options would make the question unanswerable."""
    options, least = question.get("options"), question.get("min_selections")
    if "min_selections" not in kind.settings or not isinstance(options, list) or not isinstance(least, int):
        return
    if not isinstance(least, bool) and least > len(options):
        reason = _("There are only %(have)s options.", have=len(options))
        check.add(f"{pointer}/min_selections", reason, _("Lower this number or add options."))
