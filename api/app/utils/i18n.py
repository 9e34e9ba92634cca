"""Which language a person reads, and the words that mark a text for translation."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, gettext, lazy_gettext
from flask_babel import ngettext as babel_ngettext
from werkzeug.wrappers import Response

from app.utils.origin import is_api

LANGUAGES = {"en": "English", "fr": "Français"}
DEFAULT_LANGUAGE = "en"
LANGUAGE_COOKIE = "language"
LANGUAGE_LIFETIME = 365 * 24 * 3600  # seconds

__all__ = [
    "DEFAULT_LANGUAGE",
    "LANGUAGES",
    "_",
    "babel",
    "current_language",
    "keep_language",
    "lazy_gettext",
    "ngettext",
    "remember_language",
    "text_in",
]

babel = Babel()


def _(text: str, **fields: Any) -> str:
    """`text` in the language of the request, its `%(name)s` filled in."""
    return str(gettext(text, **fields))


def ngettext(one: str, many: str, number: int, **fields: Any) -> str:
    """The form of the text that fits `number`, which it may show as `%(num)s`."""
    return str(babel_ngettext(one, many, number, **fields))


def select_language() -> str:
    """The language of this request: asked for in the link, chosen before, in the profile, or the browser's."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    user = g.get("user")
    wishes = (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE), user.language if user else None)
    for wish in wishes:
        if wish in LANGUAGES:
            return str(wish)
    for tag, quality in request.accept_languages:
        # A reader of Congolese French reads our French.
        if quality > 0 and tag.partition("-")[0].lower() in LANGUAGES:
            return tag.partition("-")[0].lower()
    return DEFAULT_LANGUAGE


def remember_language(response: Response) -> Response:
    """Keep the language that a link asked for: `?lang=fr` chooses it for this browser from now on."""
    wish = request.args.get("lang")
    if wish in LANGUAGES and wish != request.cookies.get(LANGUAGE_COOKIE) and not is_api():
        keep_language(response, wish)
    return response


def keep_language(response: Response, language: str) -> None:
    """Have this browser read `language` from now on."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=LANGUAGE_LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SECURE_COOKIES"],
    )


def current_language() -> str:
    """The two-letter code of the language now in force (`force_locale` included)."""
    locale = get_locale()
    return locale.language if locale else DEFAULT_LANGUAGE


def text_in(texts: Mapping[str, str] | None, language: str, fallbacks: Iterable[str] = ()) -> str:
    """One text of a `{"en": …, "fr": …}` mapping: the wanted language, else the fallbacks in order, else any."""
    if not texts:
        return ""
    for wanted in (language, *fallbacks):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), "")
