"""What organisers write once per language, and forms whose fields stand for parts of a whole."""

import re
from typing import Annotated, Any

from babel import Locale
from pydantic import AfterValidator, Field, model_validator

from app.utils.i18n import LANGUAGES, _
from app.utils.schemas import Input, LongText, Paragraph, ShortText

RESERVED = frozenset({"new", "edit", "settings"})
INDEX = re.compile(r"0|[1-9][0-9]?")


def _check_languages(languages: list[str]) -> list[str]:
    unknown = [code for code in languages if code not in LANGUAGES]
    if unknown:
        raise ValueError(_("Choose from: %(codes)s.", codes=", ".join(LANGUAGES)))
    return list(dict.fromkeys(languages))


def _check_texts(texts: dict[str, str]) -> dict[str, str]:
    _check_languages(list(texts))
    return {code: text for code, text in texts.items() if text}


def _check_key(key: str) -> str:
    if key in RESERVED:
        raise ValueError(_("This word is taken by our own pages. Choose another."))
    return key


def _check_currency(code: str) -> str:
    if code.upper() not in Locale("en").currencies:
        raise ValueError(_("Write the three letters of a currency, such as USD, EUR or KES."))
    return code.upper()


def _check_web_address(address: str) -> str:
    if address and not re.fullmatch(r"https?://[^\s/?#]+\.[^\s]+", address):
        raise ValueError(_("Write the whole address, beginning with https://."))
    return address


Languages = Annotated[
    list[str],
    Field(min_length=1, max_length=20, description="the first is the one to which missing texts fall back"),
    AfterValidator(_check_languages),
]
ShortTexts = Annotated[
    dict[str, ShortText], AfterValidator(_check_texts), Field(examples=[{"en": "Summer School"}])
]
ParagraphTexts = Annotated[dict[str, Paragraph], AfterValidator(_check_texts)]
LongTexts = Annotated[dict[str, LongText], AfterValidator(_check_texts)]
Key = Annotated[
    str,
    Field(
        min_length=2,
        max_length=60,
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        description="stands in addresses",
    ),
    AfterValidator(_check_key),
]
Currency = Annotated[str, Field(min_length=3, max_length=3), AfterValidator(_check_currency)]
WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_check_web_address)]


class NestedInput(Input):
    """An HTML form may name parts of a whole with dots: `titles.en`, `facts.0.text.fr`. Errors keep these names."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not any("." in name for name in given):
            return given
        whole: dict[str, Any] = {}
        for name, value in given.items():
            _put(whole, name.split("."), value)
        return _with_lists(whole)


def _put(whole: dict[str, Any], parts: list[str], value: Any) -> None:
    for part in parts[:-1][:6]:
        inner = whole.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ValueError(_("The same field was sent in two ways."))
        whole = inner
    whole[parts[-1]] = value


def _with_lists(value: Any) -> Any:
    """A mapping of 0, 1, 2 … is a list; gaps close."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(item) for key, item in value.items()}
    if inner and all(INDEX.fullmatch(key) for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
