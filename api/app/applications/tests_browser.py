"""One's own application in a real browser: filling on a phone, the link that drops, other windows, weight, access."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.applications.factories import GOOD_ANSWERS, make_application, make_application_form
from app.applications.models import Application
from app.events.models import Event
from app.forms.factories import make_form, make_version
from app.users.factories import make_user
from app.users.models import User
from app.users.services import sessions
from app.utils.database import db
from app.utils.testing_browser import assert_good_page, weigh
from app.utils.time import now

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture
def person(app: Flask, event: Event) -> User:
    """Somebody, and the form of `event`."""
    with app.app_context():
        make_application_form(event)
        user = make_user(given_name="Aïssatou", family_name="Ndiaye", time_zone="Africa/Dakar")
        db.session.commit()
        db.session.refresh(user)
        db.session.expunge(user)
    return user


@pytest.fixture
def home(event: Event) -> str:
    return f"/events/{event.key}/apply"


@pytest.fixture
def draft(app: Flask, event: Event, person: User) -> None:
    """The person has begun."""
    with app.app_context():
        make_application(db.session.merge(event), db.session.merge(person), submitted=False)
        db.session.commit()


def stored(app: Flask) -> dict[str, Any]:
    with app.app_context():
        application = db.session.query(Application).options(db.joinedload(Application.draft)).one()
        return dict(application.draft.answers)


def wait_for_state(page: Any, words: str) -> None:
    page.locator("[data-save]").filter(has_text=re.compile(words)).wait_for()


class TestFilling:
    def test_the_journey_on_a_phone(self, app: Flask, open_browser: Open, person: User, home: str) -> None:
        page = open_browser(person)
        page.goto(home)
        assert_good_page(page)
        page.get_by_role("button", name="Start your application").click()
        page.get_by_label("Given name").fill("Aïssatou")
        wait_for_state(page, r"Saved \d\d:\d\d")
        page.get_by_label("Family name").fill("Ndiaye")
        page.get_by_label("Country").select_option("SN")
        wait_for_state(page, r"Saved")
        page.reload()
        assert page.get_by_label("Given name").input_value() == "Aïssatou"
        assert page.get_by_label("Country").input_value() == "SN"
        assert_good_page(page)
        page.get_by_role("button", name="Save and continue").click()
        page.get_by_role("heading", name="Your research").wait_for()
        page.get_by_label("Project").fill("one two three four five six seven eight nine ten eleven")
        assert page.get_by_text("11 of 10 words").is_visible()
        page.get_by_role("button", name="Save and continue").click()
        page.get_by_text("Two answers need you").wait_for()
        assert_good_page(page)
        page.get_by_label("Project").fill("We predict fish stocks.")
        page.get_by_label("Yes").check()
        page.get_by_label("Cost").fill("900")
        page.get_by_label("No", exact=True).check()
        assert not page.get_by_label("Cost").is_visible()
        page.get_by_role("button", name="Save and continue").click()
        page.get_by_role("heading", name="Check your answers").wait_for()
        assert_good_page(page)
        page.get_by_role("button", name="Submit application").click()
        page.get_by_role("heading", name="Application submitted").wait_for()
        assert page.get_by_text("Submitted", exact=True).is_visible()
        assert page.get_by_role("button", name="Print or save").is_visible()
        assert_good_page(page)
        page.goto("/home")
        assert page.get_by_text("We have your application.").is_visible()
        assert_good_page(page)
        page.goto(home)
        assert_good_page(page)
        with app.app_context():
            application = db.session.query(Application).options(db.joinedload(Application.submitted)).one()
            assert "cost" not in application.submitted.answers

    @pytest.mark.usefixtures("draft")
    def test_only_what_changed_travels(self, open_browser: Open, person: User, home: str) -> None:
        page = open_browser(person)
        sent: list[Any] = []
        page.on("request", lambda each: sent.append(each.post_data_json) if "answers" in each.url else None)
        page.goto(f"{home}/sections/you")
        page.get_by_label("Given name").fill("Awa")
        wait_for_state(page, "Saved")
        page.get_by_label("Country").select_option("SN")
        wait_for_state(page, "Saving|Saved")
        page.wait_for_timeout(600)
        assert [each["answers"] for each in sent] == [{"given_name": ["Awa"]}, {"country": ["SN"]}]

    @pytest.mark.usefixtures("draft")
    def test_looking_sends_nothing(
        self, app: Flask, open_browser: Open, event: Event, person: User, home: str
    ) -> None:
        with app.app_context():
            draft = db.session.query(Application).options(db.joinedload(Application.draft)).one().draft
            draft.answers = {**GOOD_ANSWERS, "project": "Two\nlines.", "topics": ["a"]}
            db.session.commit()
        page = open_browser(person)
        sent: list[str] = []
        page.on("request", lambda each: sent.append(each.url) if each.method == "POST" else None)
        for section in ("you", "research"):
            page.goto(f"{home}/sections/{section}")
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            page.wait_for_timeout(1200)
        assert sent == []

    @pytest.mark.usefixtures("draft")
    def test_an_answer_of_the_wrong_type_is_told_at_once_and_the_rest_saved(
        self, app: Flask, open_browser: Open, person: User, home: str
    ) -> None:
        page = open_browser(person)
        page.goto(f"{home}/sections/research")
        page.get_by_label("Yes").check()
        page.get_by_label("Cost").fill("a lot")
        page.locator(".question.wrong .error.live").wait_for()
        page.get_by_label("Cost").fill("900")
        page.locator(".error.live").wait_for(state="detached")
        assert stored(app) == {"needs_grant": True, "cost": 900}

    @pytest.mark.parametrize("dark", [False, True])
    @pytest.mark.usefixtures("draft")
    def test_the_desktop_s_pages_are_good(
        self, open_browser: Open, person: User, home: str, dark: bool
    ) -> None:
        page = open_browser(person, phone=False, dark=dark, language="fr")
        for path in (
            "/home",
            home,
            f"{home}/sections/you",
            f"{home}/sections/research?check=1",
            f"{home}/check",
        ):
            page.goto(path)
            assert_good_page(page)


@pytest.mark.usefixtures("draft")
class TestLinkThatDrops:
    def test_answers_wait_on_the_page_and_go_when_the_link_is_back(
        self, app: Flask, open_browser: Open, person: User, home: str
    ) -> None:
        page = open_browser(person)
        page.goto(f"{home}/sections/you")
        page.context.set_offline(True)
        page.get_by_label("Given name").fill("Awa")
        wait_for_state(page, "Not sent yet: you are offline")
        page.get_by_role("button", name="Save and continue").click()
        assert page.get_by_label("Given name").input_value() == "Awa"
        assert stored(app) == {}
        page.context.set_offline(False)
        wait_for_state(page, "Saved")
        assert stored(app) == {"given_name": "Awa"}
        assert page.evaluate("Object.keys(localStorage).length") == 0

    def test_answers_survive_a_closed_window(
        self, app: Flask, open_browser: Open, person: User, home: str
    ) -> None:
        page = open_browser(person)
        page.goto(f"{home}/sections/you")
        page.context.set_offline(True)
        page.get_by_label("Given name").fill("Awa")
        wait_for_state(page, "Not sent yet")
        context = page.context
        page.close()
        context.set_offline(False)
        again = context.new_page()
        again.goto(f"{home}/sections/you")
        assert again.get_by_label("Given name").input_value() == "Awa"
        wait_for_state(again, "Saved")
        assert stored(app) == {"given_name": "Awa"}

    def test_another_account_never_sends_them(
        self, app: Flask, open_browser: Open, person: User, event: Event, home: str
    ) -> None:
        with app.app_context():
            other = make_user()
            make_application(db.session.merge(event), other, submitted=False)
            secret = sessions.open_cookie(other)
            db.session.commit()
        page = open_browser(person)
        page.goto(f"{home}/sections/you")
        cookie = next(
            each
            for each in page.context.cookies()
            if each["name"].endswith("session") and each["name"] != "session"
        )
        page.context.add_cookies([{**cookie, "value": secret}])
        page.get_by_label("Given name").fill("Awa")
        wait_for_state(page, "Somebody else is signed in")
        with app.app_context():
            drafts = db.session.query(Application).options(db.joinedload(Application.draft)).all()
            assert [each.draft.answers for each in drafts] == [{}, {}]

    def test_an_expired_session_keeps_the_answers_and_offers_sign_in(
        self, app: Flask, open_browser: Open, person: User, home: str
    ) -> None:
        page = open_browser(person)
        page.goto(f"{home}/sections/you")
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_label("Given name").fill("Awa")
        wait_for_state(page, "please sign in again")
        assert page.get_by_role("link", name="Sign in").get_attribute("target") == "_blank"
        page.context.add_cookies(cookies)
        page.evaluate("dispatchEvent(new Event('focus'))")
        wait_for_state(page, "Saved")
        assert stored(app) == {"given_name": "Awa"}

    def test_signing_out_leaves_nothing_on_the_device(
        self, open_browser: Open, person: User, home: str
    ) -> None:
        page = open_browser(person)
        page.goto(f"{home}/sections/you")
        page.evaluate("localStorage.setItem('answers:1:1:x', '{}'), localStorage.setItem('other', '1')")
        with page.expect_navigation():
            page.locator(".avatar").click()
            page.get_by_role("button", name="Sign out").click()
        assert page.evaluate("Object.keys(localStorage)") == ["other"]

    def test_after_the_deadline_the_text_stays_on_the_page(
        self, app: Flask, open_browser: Open, person: User, event: Event, home: str
    ) -> None:
        page = open_browser(person)
        page.goto(f"{home}/sections/you")
        with app.app_context():
            db.session.merge(event).phases[0].closes_at = now() - timedelta(seconds=1)
            db.session.commit()
        page.get_by_label("Given name").fill("Too late")
        wait_for_state(page, "Applications closed on")
        assert page.get_by_label("Given name").input_value() == "Too late"
        assert stored(app) == {}


@pytest.mark.usefixtures("draft")
class TestTwoWindows:
    def test_different_questions_merge_before_one_s_eyes(
        self, app: Flask, open_browser: Open, person: User, home: str
    ) -> None:
        first = open_browser(person)
        second = first.context.new_page()
        for page in (first, second):
            page.goto(f"{home}/sections/you")
        first.get_by_label("Given name").fill("Awa")
        wait_for_state(first, "Saved")
        second.get_by_label("Family name").fill("Sy")
        wait_for_state(second, "Saved")
        assert second.get_by_label("Given name").input_value() == "Awa"
        assert stored(app) == {"given_name": "Awa", "family_name": "Sy"}

    @pytest.mark.parametrize("choice", ["Keep what I have here: Binta", "Take that one: Awa"])
    def test_the_same_question_shows_both_and_asks(
        self, app: Flask, open_browser: Open, person: User, home: str, choice: str
    ) -> None:
        button, _colon, kept = choice.partition(": ")
        first = open_browser(person)
        second = first.context.new_page()
        for page in (first, second):
            page.goto(f"{home}/sections/you")
        first.get_by_label("Given name").fill("Awa")
        wait_for_state(first, "Saved")
        second.get_by_label("Given name").fill("Binta")
        wait_for_state(second, "choose an answer")
        assert second.locator(".clash blockquote").text_content() == "Awa"
        assert_good_page(second)
        second.get_by_role("button", name=button).click()
        wait_for_state(second, "Saved")
        assert second.get_by_label("Given name").input_value() == kept
        assert stored(app) == {"given_name": kept}


class TestWeight:
    def test_a_form_weighs_at_most_40_kilobytes_on_a_first_visit(
        self, app: Flask, open_browser: Open, event: Event, home: str
    ) -> None:
        with app.app_context():
            user = make_user()
            make_version(make_form(event))
            make_application(db.session.merge(event), user, submitted=False, answers={**GOOD_ANSWERS})
            db.session.commit()
            db.session.refresh(user)
            db.session.expunge(user)
        for section in ("about_you", "research", "skills"):
            page = open_browser(user)
            assert weigh(page, f"{home}/sections/{section}") <= 40_000
