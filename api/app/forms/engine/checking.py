"""What the checks of documents share: the flaws found so far, and the shapes that occur everywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.forms.engine.check_conditions import Asked, check_condition
from app.forms.engine.limits import KEY_PATTERN, RESERVED_KEYS, TEXT_LIMITS
from app.utils.i18n import _

_KEY = re.compile(KEY_PATTERN)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to mend: a JSON pointer (RFC 6901), what is wrong there, and what would be right."""

    pointer: str
    reason: str
    remedy: str

    @property
    def sentence(self) -> str:
        """Both sentences together."""
        return f"{self.reason} {self.remedy}".strip()

    def as_json(self) -> dict[str, str]:
        """For problem details."""
        return {"pointer": self.pointer, "reason": self.reason, "remedy": self.remedy}


@dataclass(slots=True)
class Check:
    """What is known while a document is read from top to bottom."""

    flaws: list[Flaw] = field(default_factory=list)
    languages: tuple[str, ...] = ()
    asked: dict[str, Asked] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)

    def add(self, pointer: str, reason: str, remedy: str = "") -> None:
        """Note a flaw."""
        self.flaws.append(Flaw(pointer, reason, remedy))


def too_many(have: int, limit: int) -> tuple[str, str]:
    """Reason and remedy for a list that is too long."""
    return _("There are too many: %(have)s.", have=have), _("At most %(limit)s are possible.", limit=limit)


def only(check: Check, pointer: str, thing: Mapping[str, Any], known: Sequence[str]) -> None:
    """A flaw for every field of `thing` that is not among the known ones."""
    for name in thing:
        if name not in known:
            check.add(
                f"{pointer}/{escaped(name)}",
                _("There is no “%(name)s” here.", name=name[:60]),
                _("These are possible: %(names)s.", names=", ".join(known)),
            )


def escaped(name: str) -> str:
    """A field's name as a step of a JSON pointer; cut short, because it may be hostile."""
    return name[:60].replace("~", "~0").replace("/", "~1")


def check_texts(check: Check, pointer: str, value: object, kind: str, *, needed: bool = False) -> None:
    """A text per language. The first language must be there if the text is needed; others fall back to it."""
    limit = TEXT_LIMITS[kind]
    main = check.languages[0] if check.languages else "en"
    remedy = _("Write one text per language, such as %(example)s.", example=f'{{"{main}": "…"}}')
    if value is None and not needed:
        return
    if not isinstance(value, dict):
        check.add(
            pointer,
            _("We need a text here.") if value is None else _("This is not a text per language."),
            remedy,
        )
        return
    for language, text in value.items():
        place = f"{pointer}/{escaped(language)}"
        if check.languages and language not in check.languages:
            check.add(
                place,
                _("“%(code)s” is not among the form's languages.", code=language[:20]),
                _("Add it to “languages”, or take this text away."),
            )
        if not isinstance(text, str):
            check.add(place, _("This is not a text."), _("Write it between quotation marks."))
        elif len(text) > limit:
            check.add(
                place,
                _("This text has %(have)s characters.", have=len(text)),
                _("At most %(limit)s are possible.", limit=limit),
            )
        elif _UNSTORABLE.search(text):
            check.add(place, _("This text has a character that cannot be stored."), _("Type it again."))
    spoken = {language for language, text in value.items() if isinstance(text, str) and text.strip()}
    if check.languages and (needed or spoken) and main not in spoken:
        reason = _("The text in the form's main language (%(code)s) is missing.", code=main)
        check.add(f"{pointer}/{main}", reason, _("Write it; other languages fall back to it."))


def check_key(check: Check, pointer: str, value: object, taken: Mapping[str, Any] | set[str]) -> str | None:
    """The key if it is well formed and free, else None and a flaw."""
    remedy = _("Use 1 to 48 small letters, digits and _, beginning with a letter, such as “home_country”.")
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        check.add(pointer, _("We need a key here.") if value is None else _("This cannot be a key."), remedy)
        return None
    if value in RESERVED_KEYS:
        check.add(
            pointer,
            _("“%(key)s” is a word that our pages use themselves.", key=value),
            _("Choose another key."),
        )
        return None
    if value in taken:
        check.add(pointer, _("The key “%(key)s” is used twice.", key=value), _("Every key may be used once."))
        return None
    return value


def check_carried(check: Check, pointer: str, carrier: Mapping[str, Any]) -> None:
    """Check the condition of a section or question, if it carries one."""
    if carrier.get("condition") is not None:
        for flaw in check_condition(pointer, carrier["condition"], check.asked, check.later):
            check.add(*flaw)
