"""What templates may call: words for numbers and states, safe markdown, the page's address and language."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

import nh3
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from app.utils import moments
from app.utils.countries import country_choices, country_name
from app.utils.http import find_current_user
from app.utils.i18n import LANGUAGES, _, current_language, lazy_gettext
from app.utils.security import make_token

RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")
TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "code", "pre", "hr"}


class StateLook(NamedTuple):
    """How a state shows itself: a word, and a colour and a shape that never speak alone."""

    colour: str
    shape: str
    label: str


STATES: dict[str, StateLook] = {
    "draft": StateLook("neutral", "ring", lazy_gettext("Draft")),
    "submitted": StateLook("sky", "disc", lazy_gettext("Submitted")),
    "invited": StateLook("sky", "disc", lazy_gettext("Invited")),
    "waitlisted": StateLook("fruit", "dots", lazy_gettext("On the waitlist")),
    "waitlist": StateLook("fruit", "dots", lazy_gettext("Waitlist")),
    "accept": StateLook("leaf", "check", lazy_gettext("Accept")),
    "accepted": StateLook("leaf", "check", lazy_gettext("Accepted")),
    "declined": StateLook("neutral", "cross", lazy_gettext("Declined")),
    "withdrawn": StateLook("neutral", "minus", lazy_gettext("Withdrawn")),
    "removed": StateLook("neutral", "minus", lazy_gettext("Removed")),
    "reject": StateLook("neutral", "cross", lazy_gettext("Not selected")),
    "not_selected": StateLook("neutral", "cross", lazy_gettext("Not selected")),
    "failed": StateLook("clay", "cross", lazy_gettext("Address failed")),
    "open": StateLook("leaf", "disc", lazy_gettext("Applications open")),
    "opening": StateLook("neutral", "ring", lazy_gettext("Opens soon")),
    "closed": StateLook("neutral", "minus", lazy_gettext("Applications closed")),
    "published": StateLook("leaf", "disc", lazy_gettext("Published")),
    "unlisted": StateLook("sky", "half", lazy_gettext("Unlisted")),
    "cancelled": StateLook("clay", "cross", lazy_gettext("Cancelled")),
    "archived": StateLook("neutral", "minus", lazy_gettext("Archived")),
}


def install(app: Flask) -> None:
    """Give the templates their filters, functions and the person who reads (`viewer`)."""
    app.jinja_env.globals.update(
        address_with=address_with,
        countries=lambda: country_choices(current_language()),
        csrf_field=csrf_field,
        initials=initials,
        number=number,
        number_word=number_word,
        page_direction=page_direction,
        page_language=current_language,
        page_languages=page_languages,
        request_reference=request_reference,
        state_look=state_look,
    )
    for name in (
        "ago",
        "clock",
        "day_and_time",
        "day_span",
        "days_left",
        "full_day",
        "full_span",
        "in_zone",
        "instant",
        "last_moment",
        "long_day",
        "stamp",
        "time_for_reader",
        "window_span",
        "zone_words",
    ):
        app.jinja_env.globals[name] = getattr(moments, name)
    app.jinja_env.filters.update(
        markdown=markdown, number=number, country=lambda code: country_name(code, current_language())
    )
    app.context_processor(
        lambda: {"organisation": None, "event": None, "here": None, "viewer": _find_viewer()}
    )


def _find_viewer() -> Any:
    """Who reads the page. An error page must come out even when the database does not answer."""
    if not has_request_context():
        return None
    try:
        return find_current_user()
    except SQLAlchemyError:
        return None


def state_look(state: Any) -> StateLook:
    """Colour, shape and word of a state, given as an enum member or its text; an unknown one is neutral."""
    text = str(getattr(state, "value", state))
    found = STATES.get(text.replace("-", "_"))
    return found or StateLook("neutral", "ring", text.replace("_", " ").replace("-", " ").capitalize())


def number(value: float | None) -> str:
    """1284 as the reader writes it: "1,284"."""
    return "" if value is None else format_decimal(value, locale=moments.reading_locale())


def number_word(value: int) -> str:
    """A small number as it begins a sentence: "Two"; from ten on in digits."""
    words = (
        "",
        _("One"),
        _("Two"),
        _("Three"),
        _("Four"),
        _("Five"),
        _("Six"),
        _("Seven"),
        _("Eight"),
        _("Nine"),
    )
    return words[value] if 0 < value < len(words) else number(value)


def initials(name: str | None, most: int = 2) -> str:
    """The letters for a person without a picture: "AN"; one for a single name, never a stray mark or bracket."""
    words = [word for word in (name or "").split("@")[0].split() if _first_letter(word)]
    chosen = words[:1] if most == 1 or len(words) < 2 else [words[0], words[-1]]
    return "".join(_first_letter(word) for word in chosen).upper() or "?"


def _first_letter(word: str) -> str:
    return next((char for char in unicodedata.normalize("NFC", word) if char.isalnum()), "")


def csrf_field() -> Markup:
    """The hidden field that every form sent by POST carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(make_token())


def request_reference() -> str:
    """The id of this request, which a person may name when writing to us."""
    return str(g.get("request_id", "")) if has_request_context() else ""


def page_direction(language: str | None = None) -> str:
    """ "rtl" for the languages written so."""
    return "rtl" if (language or current_language()) in RIGHT_TO_LEFT else "ltr"


def page_languages() -> list[dict[str, Any]]:
    """The languages this page can be read in, each with its address."""
    now = current_language()
    return [
        {
            "code": code,
            "name": name,
            "short": code.upper(),
            "href": address_with({"lang": code}),
            "current": code == now,
        }
        for code, name in LANGUAGES.items()
    ]


def address_with(changes: Mapping[str, Any]) -> str:
    """This page's address with other arguments; None takes one away. The page of a list starts anew unless named."""
    if not has_request_context():
        return ""
    arguments = MultiDict(request.args)
    if "lang" not in changes and "page" not in changes:
        arguments.pop("page", None)
    for key, value in changes.items():
        arguments.pop(key, None)
        if value is not None and value != "":
            arguments[key] = str(value)
    query = urlencode(list(arguments.items(multi=True)))
    return f"{request.path}?{query}" if query else request.path


_markdown = MarkdownIt("commonmark", {"html": False})


def markdown(text: str | None) -> Markup:
    """Markdown that organisers write, as HTML that cannot do harm; its highest headings stand just below the page's."""
    return _rendered(text or "")


# Remembered: a long text of nothing but brackets takes seconds.
@lru_cache(maxsize=256)
def _rendered(text: str) -> Markup:
    tokens = _markdown.parse(text)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(4, int(token.tag[1]) - highest + 2)}"
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    return Markup(clean)  # noqa: S704 - cleaned in the line above
