"""Whatever form somebody writes and whatever somebody answers: properties that hold for all of them."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from werkzeug.datastructures import MultiDict

from app.forms.engine import (
    KINDS,
    arrange,
    check,
    check_changes,
    check_document,
    columns,
    compare,
    compile_document,
    describe,
    display,
    document_schema,
    export_row,
    from_form,
    known,
    missing_texts,
    read_document,
    visible,
)
from app.forms.engine.conditions import ALONE, Operator
from app.utils.countries import COUNTRIES

pytestmark = pytest.mark.usefixtures("context")
many = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))

SCHEMA = validator_for(document_schema())
WORDS = st.text(alphabet="abc é中ا\u0301\n<>&\"'", min_size=1, max_size=12).filter(str.strip)
DAYS = st.dates().filter(lambda day: day.year >= 1000).map(str)
VALUES = ["a", "b2", "C-3", "d.4"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def answers_to(question: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Well-typed answers to a question, in the shape in which they are stored."""
    values = [option["value"] for option in question.get("options", ())]
    return {
        "short_text": WORDS,
        "long_text": WORDS,
        "number": st.integers(-1000, 1000) | st.sampled_from([0.5, 2.25, -1.5]),
        "yes_no": st.booleans(),
        "single_choice": st.sampled_from(values or ["a"]),
        "multiple_choice": st.lists(st.sampled_from(values or ["a"]), min_size=1, unique=True),
        "date": DAYS,
        "country": st.sampled_from(sorted(COUNTRIES)),
        "email": st.just("aissatou@example.org") | WORDS,
        "url": st.just("https://example.org/") | WORDS,
    }[question["type"]]


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    return {"en": draw(WORDS), **({"fr": draw(WORDS)} if draw(st.booleans()) else {})}


@st.composite
def comparisons(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    question = draw(st.sampled_from(earlier))
    operator = Operator(draw(st.sampled_from(sorted(KINDS[question["type"]].operators))))
    tree: dict[str, Any] = {"question": question["key"], "is": operator.value}
    if operator in ALONE:
        return tree
    value = answers_to(question)
    if operator is Operator.IN:
        value = st.lists(value, min_size=1, max_size=3)
    elif operator is Operator.CONTAINS:
        value = value.map(lambda chosen: chosen[0])
    return {**tree, "value": draw(value)}


def conditions(earlier: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def group(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return parts.map(lambda each: {"all": each}) | parts.map(lambda each: {"any": each})

    one = comparisons(earlier)
    return one | group(one) | group(one | group(one))


@st.composite
def questions(draw: st.DrawFn, key: str, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    question: dict[str, Any] = {"key": key, "type": kind.name, "label": draw(texts())}
    if kind.has_options:
        count = draw(st.integers(1, 4))
        question["options"] = [{"value": value, "label": draw(texts())} for value in VALUES[:count]]
    if not kind.asks:
        question["text"] = draw(texts())
    else:
        for flag in ("required", "blind", "personal", "statistics"):
            if draw(st.booleans()):
                question[flag] = True
    if kind.displays:
        question["display"] = draw(st.sampled_from(list(kind.displays)))
    if kind.name == "long_text" and draw(st.booleans()):
        question["max_words"] = draw(st.integers(1, 5))
    if kind.name == "number" and draw(st.booleans()):
        question |= {"min": -5, "max": draw(st.integers(-5, 50))}
    asked = [each for each in earlier if KINDS[each["type"]].asks]
    if asked and draw(st.booleans()):
        question["condition"] = draw(conditions(asked))
    return question


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A random form that is valid."""
    asked: list[dict[str, Any]] = []
    sections = []
    for number in range(draw(st.integers(1, 3))):
        earlier = [each for each in asked if KINDS[each["type"]].asks]
        section: dict[str, Any] = {"key": f"s{number}", "title": draw(texts()), "questions": []}
        if earlier and draw(st.integers(0, 3)) == 0:
            section["condition"] = draw(conditions(earlier))
        for _index in range(draw(st.integers(1, 5))):
            question = draw(questions(f"q{len(asked)}", asked))
            asked.append(question)
            section["questions"].append(question)
        sections.append(section)
    return {"format": 1, "languages": ["en", "fr"], "title": draw(texts()), "sections": sections}


@st.composite
def filled(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A random valid form and well-typed answers to some of its questions."""
    document = draw(documents())
    answers = {}
    for section in document["sections"]:
        for question in section["questions"]:
            if KINDS[question["type"]].asks and draw(st.integers(0, 3)):
                answers[question["key"]] = draw(answers_to(question))
    return document, answers


@many
@given(documents())
def test_a_random_form_is_valid_and_survives_a_round_trip(document: dict[str, Any]) -> None:
    assert check_document(document) == []
    assert arrange(document) == document
    assert read_document(json.dumps(document, ensure_ascii=False)) == (document, [])
    assert SCHEMA.is_valid(document)
    form = compile_document(document)
    assert compare(form, compile_document(arrange(document))).is_empty
    assert all(each.language == "fr" for each in missing_texts(document))
    for section in form.sections:
        for question in section.questions:
            assert bool(describe(question.condition, form, "fr")) == (question.condition is not None)


@many
@given(filled())
def test_typed_answers_are_stored_shown_and_exported(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    document, answers = pair
    form = compile_document(document)
    cleaned, errors = check_changes(form, answers)
    assert errors == {}
    again, errors = check_changes(form, cleaned)
    assert (again, errors) == (cleaned, {})
    json.dumps(cleaned, allow_nan=False)
    stored = {key: value for key, value in cleaned.items() if value is not None}
    for key, value in stored.items():
        assert display(form.questions[key], value, "fr")
    assert len(export_row(columns([form]), stored)) == len(form.questions)


@many
@given(filled())
def test_a_submission_keeps_the_visible_and_is_stable(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    document, answers = pair
    form = compile_document(document)
    result = check(form, answers, complete=True)
    assert set(result.answers) <= result.visible
    assert set(result.errors) <= result.visible
    once_more = check(form, result.answers, complete=True)
    assert (once_more.answers, once_more.visible, once_more.errors) == (
        result.answers,
        result.visible,
        result.errors,
    )
    assert check(form, answers, complete=False).visible == result.visible
    assert sum(each.missing + each.faulty for each in result.progress) == len(result.errors)


@many
@given(documents(), JSON | st.dictionaries(st.sampled_from([f"q{number}" for number in range(9)]), JSON))
def test_nothing_that_is_sent_as_answers_breaks_the_validator(document: dict[str, Any], answers: Any) -> None:
    form = compile_document(document)
    for complete in (False, True):
        result = check(form, answers, complete=complete)
        json.dumps(result.answers, allow_nan=False).encode()
    cleaned, _errors = check_changes(form, answers)
    json.dumps(cleaned, allow_nan=False).encode()
    if isinstance(answers, dict):
        visible(form, known(form, answers))
        for key, question in form.questions.items():
            display(question, answers.get(key), "en")
            export_row(columns([form]), answers)


@many
@given(documents(), st.lists(st.tuples(st.sampled_from([f"q{number}" for number in range(9)]), st.text())))
def test_nothing_that_an_html_form_sends_breaks_it(
    document: dict[str, Any], pairs: list[tuple[str, str]]
) -> None:
    form = compile_document(document)
    check_changes(form, from_form(form, MultiDict(pairs)))


@many
@given(JSON)
def test_no_json_breaks_the_check_of_documents(value: Any) -> None:
    assert check_document(value)


@many
@given(documents(), st.data())
def test_a_damaged_form_is_refused_or_still_works(document: dict[str, Any], data: st.DataObject) -> None:
    places: list[tuple[Any, Any]] = []

    def walk(thing: Any) -> None:
        for key, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
            places.append((thing, key))
            if isinstance(value, dict | list):
                walk(value)

    walk(document)
    thing, key = data.draw(st.sampled_from(places))
    thing[key] = data.draw(JSON)
    if not check_document(document):
        form = compile_document(document)
        check(form, {}, complete=True)
        arrange(document)
        missing_texts(document)
