"""Finding applications: one's own, and by words."""

from typing import Any
from unicodedata import category

from sqlalchemy import ColumnElement, Select, cast, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import joinedload, undefer

from app.applications.models import Application
from app.forms.models import Response
from app.utils.text import fold

LONGEST_SEARCH = 20

# Vowel signs of Indic scripts, joiners: they stand within words.
_UNSEEN = ("Mc", "Me", "Cf")

# The expression of the index, letter for letter: with bound parameters PostgreSQL would not recognise it.
_WORDS: ColumnElement[Any] = literal_column("array_to_tsvector(string_to_array(applications.search, ' '))")


def select_own(user_id: int, event_id: int) -> Select[Application]:
    """The person's application to the event, with its responses and the versions of the form they answer."""
    return (
        select(Application)
        .where(Application.event_id == event_id, Application.user_id == user_id)
        .options(
            joinedload(Application.draft).joinedload(Response.form_version),
            joinedload(Application.submitted).joinedload(Response.form_version),
        )
    )


def select_locked(user_id: int, event_id: int) -> Select[Application]:
    """The same row alone, as it is now, locked against everybody who would change its state."""
    return (
        select(Application)
        .where(Application.event_id == event_id, Application.user_id == user_id)
        .options(undefer(Application.search))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def search_words(*texts: str | None) -> str:
    """The words of all texts as they are compared, each once, parted by single blanks: what `search` holds."""
    words = (word for text in texts if text for word in _split(text))
    return " ".join(dict.fromkeys(words))


def matches(text: str) -> ColumnElement[bool] | None:
    """The condition that an application has a word beginning like each word of `text`; None if it has no words.

    Accents and case do not matter; the index serves it.
    """
    words = _split(text)[:LONGEST_SEARCH]
    if not words:
        return None
    return _WORDS.op("@@")(cast(" & ".join(f"'{word}':*" for word in words), TSQUERY))


def _split(text: str) -> list[str]:
    """Runs of letters and digits, without case and accents. Nothing else gets through, so quoting is no matter."""
    return "".join(
        char if char.isalnum() else "" if category(char) in _UNSEEN else " " for char in fold(text)
    ).split()
