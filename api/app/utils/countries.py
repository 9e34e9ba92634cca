"""Countries and territories: ISO 3166-1 two-letter codes and their names in every language that Babel knows."""

import re
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

from app.utils.text import fold

# Groupings, pseudo-locales and codes that ISO reserves; what remains is what people write in passports (and Kosovo).
_NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)

_CODE = re.compile("[A-Z]{2}")

COUNTRIES = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if _CODE.fullmatch(code) and code not in _NOT_COUNTRIES
)


@lru_cache(maxsize=64)
def _names(language: str) -> dict[str, str]:
    try:
        names = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    english = Locale("en").territories
    return {code: str(names.get(code) or english[code]) for code in COUNTRIES}


def country_name(code: str, language: str) -> str:
    """The name of a country in `language`; an unknown code stands for itself."""
    return _names(language).get(code, code)


@lru_cache(maxsize=64)
def country_choices(language: str) -> tuple[tuple[str, str], ...]:
    """`(code, name)` of every country, ordered by name as a reader of `language` expects (accents do not matter)."""
    return tuple(sorted(_names(language).items(), key=lambda pair: fold(pair[1])))
