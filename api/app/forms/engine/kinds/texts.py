"""Short text, long text, e-mail and web address: what people type."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from app.forms.engine import texts
from app.forms.engine.kinds.base import Kind, Refused, Settings, count
from app.forms.engine.model import Question
from app.utils.i18n import _, lazy_gettext, ngettext

SHORT_LIMIT = 1_000
LONG_LIMIT = 50_000


class _Text(Kind):
    """What the types of this module share."""

    has_placeholder = True
    one_line = True
    limit = SHORT_LIMIT

    def read(self, question: Question, raw: Any) -> str | None:
        """The text cleaned, None if it is blank."""
        if not isinstance(raw, str):
            raise Refused(_("This answer should be a text."))
        if len(raw) > 2 * self.limit:  # line breaks and composed letters shrink; nothing halves by that
            raise Refused(self._too_long(len(raw), self.limit))
        try:
            text = texts.clean(raw, one_line=self.one_line)
        except texts.Unstorable:
            raise Refused(
                _("This text has a character that cannot be stored. Please type it again.")
            ) from None
        if len(text) > self.limit:
            raise Refused(self._too_long(len(text), self.limit))
        return text or None

    @staticmethod
    def _too_long(have: int, limit: int) -> str:
        return ngettext(
            "Shorten this by %(num)s character. You have %(have)s, the limit is %(limit)s.",
            "Shorten this by %(num)s characters. You have %(have)s, the limit is %(limit)s.",
            have - limit,
            have=have,
            limit=limit,
        )


class _Prose(_Text):
    """Text whose length the organiser may bound."""

    settings: ClassVar[Settings] = {
        "min_words": count(10_000, 1),
        "max_words": count(10_000, 1),
        "min_characters": count(LONG_LIMIT, 1),
        "max_characters": count(LONG_LIMIT, 1),
    }
    bounds = (("min_words", "max_words"), ("min_characters", "max_characters"))

    def faults(self, question: Question, value: str) -> Iterator[str]:
        """By how much the text is too short or too long."""
        settings = question.settings
        if "max_words" in settings or "min_words" in settings:
            words = texts.count_words(value)
            if words > settings.get("max_words", words):
                yield self._too_many_words(words, settings["max_words"])
            elif words < settings.get("min_words", 0):
                yield self._too_few_words(words, settings["min_words"])
        length = len(value)
        if length > settings.get("max_characters", length):
            yield self._too_long(length, settings["max_characters"])
        elif length < settings.get("min_characters", 0):
            yield self._too_short(length, settings["min_characters"])

    @staticmethod
    def _too_many_words(have: int, limit: int) -> str:
        return ngettext(
            "Shorten this by %(num)s word. You have %(have)s, the limit is %(limit)s.",
            "Shorten this by %(num)s words. You have %(have)s, the limit is %(limit)s.",
            have - limit,
            have=have,
            limit=limit,
        )

    @staticmethod
    def _too_few_words(have: int, least: int) -> str:
        return ngettext(
            "Write at least %(num)s word. You have %(have)s.",
            "Write at least %(num)s words. You have %(have)s.",
            least,
            have=have,
        )

    @staticmethod
    def _too_short(have: int, least: int) -> str:
        return ngettext(
            "Write at least %(num)s character. You have %(have)s.",
            "Write at least %(num)s characters. You have %(have)s.",
            least,
            have=have,
        )


class ShortText(_Prose):
    """One line."""

    name = "short_text"
    title = lazy_gettext("Short text")
    settings: ClassVar[Settings] = {
        **_Prose.settings,
        "min_characters": count(SHORT_LIMIT, 1),
        "max_characters": count(SHORT_LIMIT, 1),
    }


class LongText(_Prose):
    """Several paragraphs."""

    name = "long_text"
    title = lazy_gettext("Long text")
    one_line = False
    limit = LONG_LIMIT


class Email(_Text):
    """An e-mail address; a draft keeps half of one."""

    name = "email"
    title = lazy_gettext("E-mail address")
    limit = 254

    def faults(self, question: Question, value: str) -> Iterator[str]:
        """One sentence unless it can be an address; no name server is asked."""
        if not _is_address(value):
            yield _("This does not look like an e-mail address. It should read like name@example.org.")


@lru_cache(maxsize=1_024)
def _is_address(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


class Url(_Text):
    """A web address; a draft keeps half of one."""

    name = "url"
    title = lazy_gettext("Web address")
    limit = 2_000

    def faults(self, question: Question, value: str) -> Iterator[str]:
        """One sentence unless it is an http or https address with a host."""
        if not _is_web_address(value):
            yield _("This does not look like a web address. It should begin with https:// or http://.")


def _is_web_address(value: str) -> bool:
    if any(char.isspace() or char in '<>"\\^`{|}' for char in value):
        return False
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and bool(host.strip(".")) and port_is_fine
