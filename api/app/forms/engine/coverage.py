"""Which texts of a form lack which language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Missing:
    """A text that falls back to the form's first language, because `language` lacks it."""

    pointer: str
    language: str


def missing_texts(document: Mapping[str, Any]) -> list[Missing]:
    """Every text of a valid document that one of the form's languages lacks, in the document's order."""
    languages = document["languages"]
    return [
        Missing(pointer, language)
        for pointer, texts in walk_texts(document)
        for language in languages
        if not (texts.get(language) or "").strip()
    ]


def walk_texts(document: Mapping[str, Any]) -> list[tuple[str, Mapping[str, str]]]:
    """Every text of a valid document with its pointer."""
    found: list[tuple[str, Mapping[str, str]]] = []

    def take(pointer: str, thing: Mapping[str, Any], names: Sequence[str]) -> None:
        found.extend((f"{pointer}/{name}", thing[name]) for name in names if _says_something(thing.get(name)))

    take("", document, ("title", "intro"))
    for number, section in enumerate(document["sections"]):
        place = f"/sections/{number}"
        take(place, section, ("title", "intro"))
        for index, question in enumerate(section["questions"]):
            spot = f"{place}/questions/{index}"
            take(spot, question, ("label", "help", "placeholder", "text"))
            for order, option in enumerate(question.get("options", ())):
                take(f"{spot}/options/{order}", option, ("label",))
    return found


def _says_something(texts: Mapping[str, str] | None) -> bool:
    return any(text.strip() for text in (texts or {}).values())
