"""The pages in a real browser, and that page and server agree on what is shown."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.events.models import Event
from app.forms.engine import (
    KINDS,
    CompiledForm,
    check_changes,
    check_document,
    compile_document,
    from_form,
    visible,
)
from app.forms.engine.conditions import ALONE, Operator
from app.forms.factories import make_document, make_form, make_question, make_version
from app.users.models import User
from app.utils.database import db
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page

pytestmark = pytest.mark.browser

ASKING = [name for name, kind in KINDS.items() if kind.asks]
ANSWERS: dict[str, list[Any]] = {
    "short_text": ["x"],
    "long_text": ["x"],
    "email": ["a@b.example"],
    "url": ["https://b.example"],
    "number": [-1, 0, 2, 2.5, 3],
    "yes_no": [True, False],
    "single_choice": ["a", "b", "c"],
    "multiple_choice": [["a"], ["b", "c"], ["a", "b", "c"]],
    "date": ["2026-12-31", "2027-01-01", "2027-01-02"],
    "country": ["KE", "SN", "BR"],
}
# What people type and choose, in and out of shape; the first is nothing.
TYPED: dict[str, list[str]] = {
    "short_text": ["", " ", "\u200a", "x", "\x02"],
    "long_text": ["", "\n \n", "a\nb"],
    "email": ["", "half@"],
    "url": ["", "https://b.example"],
    "number": [
        "",
        "2",
        "2,5",
        "2.50",
        "1 000",
        "1,000",
        "٣",
        "-1",
        "two",
        "1234567890123456",
        "0001.10",
        "−1",
    ],
    "date": ["", "2026-12-31", "2027-01-01"],
}


def random_condition(chance: random.Random, earlier: list[dict[str, Any]], depth: int = 0) -> dict[str, Any]:
    if depth < 3 and chance.random() < 0.4:
        parts = [random_condition(chance, earlier, depth + 1) for _part in range(chance.randint(1, 3))]
        return {chance.choice(["all", "any"]): parts}
    question = chance.choice(earlier)
    kind = KINDS[question["type"]]
    operator = Operator(chance.choice(list(kind.operators)))
    tree: dict[str, Any] = {"question": question["key"], "is": operator.value}
    if operator in ALONE:
        return tree
    value = chance.choice(ANSWERS[question["type"]])
    if operator is Operator.CONTAINS:
        value = value[0]
    return {
        **tree,
        "value": [value, chance.choice(ANSWERS[question["type"]])] if operator is Operator.IN else value,
    }


def random_document(chance: random.Random, sections: int = 3) -> dict[str, Any]:
    """A form full of conditions."""
    asked: list[dict[str, Any]] = []
    made = []
    for number in range(sections):
        section: dict[str, Any] = {"key": f"s{number}", "title": {"en": "S"}, "questions": []}
        if asked and chance.random() < 0.3:
            section["condition"] = random_condition(chance, asked)
        for _question in range(chance.randint(1, 6)):
            kind = chance.choice(ASKING)
            question = make_question(f"q{len(asked)}", kind)
            if kind == "yes_no":
                question["display"] = chance.choice(["radio", "checkbox"])
            if kind == "single_choice":
                question["display"] = chance.choice(["radio", "list"])
            if asked and chance.random() < 0.6:
                question["condition"] = random_condition(chance, asked)
            asked.append(question)
            section["questions"].append(question)
        made.append(section)
    return {"format": 1, "languages": ["en"], "title": {"en": "F"}, "sections": made}


def random_answers(chance: random.Random, form: CompiledForm) -> dict[str, Any]:
    given = {
        key: chance.choice(ANSWERS[question.kind.name])
        for key, question in form.questions.items()
        if chance.random() < 0.7
    }
    return check_changes(form, given)[0]


def test_page_and_server_show_the_same_on_a_thousand_random_forms(
    app: Flask, open_browser: Callable[..., Any]
) -> None:
    chance = random.Random(20270705)
    cases, expected = [], []
    with app.app_context():
        for _case in range(1_000):
            document = random_document(chance)
            assert check_document(document) == []
            form = compile_document(document)
            given = {key: value for key, value in random_answers(chance, form).items() if value is not None}
            cases.append({"document": document, "answers": given})
            expected.append(sorted(visible(form, given).visible))
    page = open_browser()
    page.goto("/healthz")
    shown = page.evaluate(
        """async (cases) => {
            const rules = await import("/static/js/conditions.js");
            return cases.map((each) => rules.visible(each.document, each.answers).sort());
        }""",
        cases,
    )
    assert shown == expected
    assert len({json.dumps(each) for each in expected}) > 300


FILL = """([typed, seed]) => {
    const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const pick = (list) => list[Math.floor(chance() * list.length)];
    const form = document.querySelector("form[data-answers]");
    for (const place of form.querySelectorAll("[data-asks]")) {
        if (chance() < 0.3) continue;
        const controls = [...place.querySelectorAll("input:not([type=hidden]), select, textarea")];
        const ticks = controls.filter((each) => ["checkbox", "radio"].includes(each.type));
        if (ticks.length) for (const each of ticks) each.checked = chance() < 0.4;
        else if (controls[0].tagName === "SELECT") controls[0].value = pick(["", "a", "b", "KE", "SN"]);
        else controls[0].value = pick(typed[place.dataset.kind]);
    }
    form.dispatchEvent(new Event("change"));
    return {
        shown: [...form.querySelectorAll("[data-asks]")].filter((each) => !each.hidden).map((each) => each.dataset.asks),
        sent: [...new FormData(form).entries()],
    };
}"""


def test_what_the_controls_say_means_the_same_to_the_server(
    app: Flask, event: Event, alice: Client, open_browser: Callable[..., Any]
) -> None:
    chance = random.Random(7)
    documents = [random_document(chance, sections=1) for _document in range(12)]
    everything = [make_question("all_of", "multiple_choice")]
    for kind in ASKING:
        everything.append(make_question(f"a_{kind}", kind))
        for operator in KINDS[kind].operators[-2:]:
            follows = {"question": f"a_{kind}", "is": operator.value}
            if operator not in ALONE:
                follows["value"] = ANSWERS[kind][0]
            everything.append(make_question(f"b_{kind}_{operator.value}", condition=follows))
    documents.append(make_document(*everything))
    with app.app_context():
        form = make_form(event)
        for number, document in enumerate(documents, start=1):
            make_version(form, document, number=number)
        db.session.commit()
    page = open_browser(alice.user)
    for number, document in enumerate(documents, start=1):
        page.goto(f"/events/{event.key}/form/preview?number={number}")
        page.wait_for_function("!document.querySelector('[data-off]')")
        for seed in range(1, 6):
            found = page.evaluate(FILL, [TYPED, seed * 7919 + number])
            with app.app_context():
                compiled = compile_document(document)
                cleaned, _errors = check_changes(compiled, from_form(compiled, MultiDict(found["sent"])))
                stored = {key: value for key, value in cleaned.items() if value is not None}
                assert sorted(found["shown"]) == sorted(visible(compiled, stored).visible), found


def test_a_question_appears_when_its_condition_holds(
    app: Flask, event: Event, alice: Client, open_browser: Callable[..., Any]
) -> None:
    with app.app_context():
        make_version(make_form(event))
        db.session.commit()
    page = open_browser(alice.user)
    page.goto(f"/events/{event.key}/form/preview?section=2")
    which = page.get_by_label("Which field?")
    assert not which.is_visible()
    page.get_by_label("Your main field").select_option("other")
    assert which.is_visible()
    page.get_by_label("Your main field").select_option("physics")
    assert not which.is_visible()
    assert which.is_disabled()


def test_conditions_in_the_way_of_nobody_without_scripts(
    app: Flask, event: Event, alice: Client, chromium: Any, live: str
) -> None:
    with app.app_context():
        make_version(make_form(event))
        db.session.commit()
    context = chromium.new_context(base_url=live, java_script_enabled=False)
    context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": live} for cookie in alice._cookies.values()]
    )
    page = context.new_page()
    page.goto(f"/events/{event.key}/form/preview?section=2")
    assert page.get_by_label("Which field?").is_visible()
    context.close()


def _open(open_browser: Callable[..., Any], user: User, phone: bool, path: str) -> Any:
    page = open_browser(user, phone=phone)
    page.goto(path)
    return page


@pytest.mark.parametrize("phone", [True, False])
def test_every_page_is_good_at_both_sizes(
    app: Flask, event: Event, alice: Client, open_browser: Callable[..., Any], phone: bool
) -> None:
    base = f"/events/{event.key}/form"
    page = _open(open_browser, alice.user, phone, base)
    assert_good_page(page)
    page.get_by_role("button", name="Begin with").first.click()
    page.wait_for_url(f"**{base}")
    assert_good_page(page)
    for section in range(1, 7):
        page.goto(f"{base}/preview?section={section}&language=fr")
        assert_good_page(page)
    page.goto(f"{base}/edit")
    assert_good_page(page)
    page.get_by_label("Or its text").fill('{"format": 1}')
    page.get_by_role("button", name="Save as a draft").click()
    page.get_by_text("/languages").wait_for()
    assert_good_page(page)
    page.goto(f"{base}/publish")
    assert_good_page(page)
    page.get_by_role("button", name="Publish version 1").click()
    page.wait_for_url(f"**{base}")
    page.get_by_text("Version 1 is published.").wait_for()
    assert_good_page(page)
