"""What the history says of each action. Packages add their own when they are imported (see their `handlers.py`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.utils.i18n import _

_sentences: dict[str, Any] = {}
_fields: dict[str, Any] = {}


def add_sentences(sentences: Mapping[str, Any], fields: Mapping[str, Any] | None = None) -> None:
    """Say what an action is called after somebody's name, `{"event.published": lazy_gettext("published the event")}`.

    `fields` gives the words for names of fields. All words are lazy, so that each reader gets their own language.
    """
    _sentences.update(sentences)
    _fields.update(fields or {})


def is_described(action: str) -> bool:
    """Whether a package has given the action its words."""
    return action in _sentences


def sentence_of(action: str) -> str:
    """The words for `action`; for one that nobody has described, its name spelt out."""
    found = _sentences.get(action)
    if found is not None:
        return str(found)
    thing, _dot, verb = action.replace("_", " ").partition(".")
    return _("%(verb)s: %(thing)s", verb=verb, thing=thing)


def words_of(fields: Iterable[str]) -> list[str]:
    """The fields in words; of `phases.review` and the like, the words for the first part that is known."""
    found: dict[str, None] = {}
    for name in fields:
        words = _fields.get(name) or _fields.get(name.split(".", maxsplit=1)[0]) or name.replace("_", " ")
        found[str(words)] = None
    return list(found)
