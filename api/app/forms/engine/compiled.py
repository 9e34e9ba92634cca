"""From a valid document to the objects that the rest works on."""

from collections.abc import Mapping
from typing import Any

from app.forms.engine.conditions import compile_condition
from app.forms.engine.kinds import KINDS
from app.forms.engine.model import CompiledForm, Option, Question, Section


def compile_document(document: Mapping[str, Any]) -> CompiledForm:
    """The compiled form of a document in which `check_document` finds no flaw."""
    languages = tuple(document["languages"])
    sections = tuple(
        _section(section, number, languages) for number, section in enumerate(document["sections"], start=1)
    )
    asking = {
        question.key: question for section in sections for question in section.questions if question.kind.asks
    }
    return CompiledForm(languages, document["title"], document.get("intro") or {}, sections, asking)


def _section(section: Mapping[str, Any], number: int, languages: tuple[str, ...]) -> Section:
    questions, asked = [], 0
    for question in section["questions"]:
        asked += KINDS[question["type"]].asks
        questions.append(_question(question, section["key"], asked, languages))
    return Section(
        key=section["key"],
        number=number,
        title=section["title"],
        intro=section.get("intro") or {},
        condition=compile_condition(section.get("condition")),
        questions=tuple(questions),
        languages=languages,
    )


def _question(question: Mapping[str, Any], section: str, number: int, languages: tuple[str, ...]) -> Question:
    kind = KINDS[question["type"]]
    options = tuple(Option(option["value"], option["label"]) for option in question.get("options", ()))
    return Question(
        key=question["key"],
        kind=kind,
        section=section,
        number=number,
        label=question.get("label") or {},
        help=question.get("help") or {},
        placeholder=question.get("placeholder") or {},
        text=question.get("text") or {},
        required=question.get("required", False),
        blind=question.get("blind", False),
        personal=question.get("personal", False),
        statistics=question.get("statistics", False),
        display=question.get("display") or (kind.displays[0] if kind.displays else ""),
        options=options,
        settings={name: question[name] for name in kind.settings if name in question},
        condition=compile_condition(question.get("condition")),
        languages=languages,
        labels={option.value: option for option in options},
    )
