"""Whether a JSON document is a form: every flaw at once, each with where it is, what is wrong and what would be right."""

import re
from collections.abc import Sequence

from babel import Locale
from babel.core import UnknownLocaleError

from app.forms.engine.check_questions import check_question
from app.forms.engine.checking import Check, Flaw, check_carried, check_key, check_texts, only, too_many
from app.forms.engine.limits import FORMAT, MAX_FLAWS, MAX_LANGUAGES, MAX_QUESTIONS, MAX_SECTIONS
from app.utils.i18n import _

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_FORM_FIELDS = ("format", "languages", "title", "intro", "sections")
_SECTION_FIELDS = ("key", "title", "intro", "condition", "questions")


def check_document(document: object) -> list[Flaw]:
    """Every flaw of a form document, in the order they stand in it (the first 100); an empty list means it is valid."""
    check = Check()
    if not isinstance(document, dict):
        check.add(
            "", _("A form is a JSON object."), _('It begins with {"format": 1, "languages": ["en"], …}.')
        )
        return check.flaws
    only(check, "", document, _FORM_FIELDS)
    if document.get("format") != FORMAT or isinstance(document.get("format"), bool):
        check.add("/format", _("This is not a format we know."), _("Write 1."))
    check.languages = _languages(check, document.get("languages"))
    check_texts(check, "/title", document.get("title"), "title", needed=True)
    check_texts(check, "/intro", document.get("intro"), "intro")
    sections = document.get("sections")
    if not isinstance(sections, list) or not sections:
        check.add("/sections", _("A form needs sections."), _("Write a list with at least one section."))
        return check.flaws[:MAX_FLAWS]
    if len(sections) > MAX_SECTIONS:
        check.add("/sections", *too_many(len(sections), MAX_SECTIONS))
    check.later = _keys_of(sections)
    for index, section in enumerate(sections[:MAX_SECTIONS]):
        _section(check, f"/sections/{index}", section)
    if len(check.asked) > MAX_QUESTIONS:
        check.add("/sections", *too_many(len(check.asked), MAX_QUESTIONS))
    return check.flaws[:MAX_FLAWS]


def _keys_of(sections: Sequence[object]) -> set[str]:
    """Every question's key, so that a condition on a later question gets a better sentence than on none."""
    keys: set[str] = set()
    for section in sections:
        questions = section.get("questions") if isinstance(section, dict) else None
        for question in questions if isinstance(questions, list) else ():
            key = question.get("key") if isinstance(question, dict) else None
            if isinstance(key, str):
                keys.add(key)
    return keys


def _languages(check: Check, value: object) -> tuple[str, ...]:
    remedy = _('Write a list of language codes with the main one first, such as ["en", "fr"].')
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        check.add("/languages", _("We need to know the form's languages."), remedy)
        return ()
    if len(value) > MAX_LANGUAGES:
        check.add("/languages", *too_many(len(value), MAX_LANGUAGES))
    for index, item in enumerate(value[:MAX_LANGUAGES]):
        if not _is_language(item):
            check.add(
                f"/languages/{index}", _("We do not know the language “%(code)s”.", code=item[:20]), remedy
            )
        elif item in value[:index]:
            check.add(
                f"/languages/{index}", _("“%(code)s” stands here twice.", code=item), _("Take one away.")
            )
    return tuple(dict.fromkeys(value[:MAX_LANGUAGES]))


def _is_language(code: str) -> bool:
    if not _LANGUAGE.fullmatch(code):
        return False
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _section(check: Check, pointer: str, section: object) -> None:
    if not isinstance(section, dict):
        check.add(pointer, _("This is not a section."), _('Write {"key": …, "title": …, "questions": […]}.'))
        return
    only(check, pointer, section, _SECTION_FIELDS)
    key = check_key(check, f"{pointer}/key", section.get("key"), check.sections)
    if key:
        check.sections.add(key)
    check_texts(check, f"{pointer}/title", section.get("title"), "title", needed=True)
    check_texts(check, f"{pointer}/intro", section.get("intro"), "intro")
    check_carried(check, f"{pointer}/condition", section)
    questions = section.get("questions")
    if not isinstance(questions, list) or not questions:
        check.add(
            f"{pointer}/questions",
            _("A section needs questions."),
            _("Write a list with at least one question."),
        )
        return
    if len(questions) > MAX_QUESTIONS:
        check.add(f"{pointer}/questions", *too_many(len(questions), MAX_QUESTIONS))
    for index, question in enumerate(questions[:MAX_QUESTIONS]):
        check_question(check, f"{pointer}/questions/{index}", question)
