"""The main job from end to end as people do it: through pages and mailed links only, in a real browser, with the guards on.

An applicant from registration to the released decision, an organiser from an empty installation to the release, a guest
from the mailed link to the day they are taken off the list, and somebody who looks after an account.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from app.applications.factories import make_application
from app.emails.models import Message
from app.events.models import Event
from app.forms.factories import make_form, make_version
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page, watch
from app.utils.time import now
from flask import Flask

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
Mail = Callable[[], list[Message]]
PASSWORD = "seven bright lamps"
WORDS = "We listen to the lake by night and count the fish that pass the hydrophones. "
# What Aïssatou answers to the shipped form, section by section, in the order of the page.
ANSWERS: dict[str, dict[str, Any]] = {
    "About you": {
        "given_name": "Aïssatou",
        "family_name": "Ndiaye",
        "birth_date": "1999-04-12",
        "gender": "woman",
        "nationality": "SN",
        "residence": "SN",
    },
    "Education and work": {
        "career_stage": "phd",
        "institution": "Université Cheikh Anta Diop",
        "field": "computer_science",
        "degree_end": "2028-09-30",
        "supervisor": "Prof. Diouf",
    },
    "Your research": {
        "project": WORDS * 5,
        "motivation": "My group has the data and nobody to ask.",
        "sharing": "I teach the course at home.",
        "topics": ["foundations", "language"],
        "published": False,
    },
    "Experience and skills": {
        "programming_years": "4",
        "tools": ["python", "r"],
        "ml_level": "course",
    },
    "Travel and grants": {
        "needs_grant": True,
        "grants": ["travel"],
        "departure_city": "Dakar",
        "travel_cost": "900",
        "needs_visa": False,
    },
    "Consent": {"agrees_conduct": True, "agrees_data": True},
}


@pytest.fixture(autouse=True)
def guards(app: Flask) -> None:
    """Forgery protection and throttles as in production; `app` puts its settings back by itself."""
    app.config.update(WTF_CSRF_ENABLED=True, THROTTLING=True)


@pytest.fixture(autouse=True)
def complaints(open_browser: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing breaks in the browser along the way, and the security policy has nothing to refuse."""
    from playwright.sync_api import BrowserContext  # noqa: PLC0415  # for browser tests only

    seen: list[list[str]] = []
    new_page = BrowserContext.new_page

    def watched(context: Any) -> Any:
        page = new_page(context)
        seen.append(watch(page))
        return page

    monkeypatch.setattr(BrowserContext, "new_page", watched)
    yield
    # That a wrong password is answered by 401 is as it should be.
    assert [line for lines in seen for line in lines if "401" not in line] == []


@pytest.fixture
def call(app: Flask, event: Event) -> str:
    """The address of `event`, whose call is open with the shipped form."""
    with app.app_context():
        make_version(make_form(db.session.merge(event)))
        db.session.commit()
    return f"/events/{event.key}"


@pytest.fixture
def link(queued_mail: Mail) -> Callable[..., str]:
    """`link(address, template)` gives the secret link in the last message of that kind to that address."""

    def find(address: str, template: str) -> str:
        [*_earlier, message] = [
            each for each in queued_mail() if (each.to_address, each.template) == (address, template)
        ]
        assert message.secret is not None
        assert message.secret in message.text
        return message.secret

    return find


def answer(page: Any, key: str, value: Any) -> None:
    """Answer one question, whatever its control."""
    controls = page.locator(f'[name="{key}"]:not([type=hidden])')
    if controls.first.get_attribute("type") in ("radio", "checkbox"):
        for each in value if isinstance(value, list) else [value]:
            wanted = str(each).lower() if isinstance(each, bool) else each
            page.locator(f'[name="{key}"][value="{wanted}"]').check()
    elif controls.evaluate("each => each.tagName") == "SELECT":
        controls.select_option(value)
    else:
        controls.fill(value)


def fill(page: Any, section: str) -> None:
    page.get_by_role("heading", name=section, level=1).wait_for()
    for key, value in ANSWERS[section].items():
        answer(page, key, value)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Any, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def go(page: Any, name: str) -> None:
    """Follow a link of the side bar, which may have a number behind its name."""
    page.locator("nav.side").get_by_role("link", name=name).click()


def expect_text(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


def heading(page: Any, name: str) -> None:
    page.get_by_role("heading", name=name).first.wait_for()


def sign_in(page: Any, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")


class TestApplicant:
    def test_from_registration_to_the_released_decision(
        self, open_browser: Open, alice: Client, call: str, event: Event, queued_mail: Mail
    ) -> None:
        page = open_browser()
        page.goto(call)
        follow(page, "Start your application")
        follow(page, "Create an account")
        page.get_by_label("E-mail address").fill("aissatou@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        press(page, "Create account")
        heading(page, "What we ask")
        self.verify_by_the_mailbox(page)

        page.goto(call)
        follow(page, "Start your application")
        press(page, "Start your application")
        fill(page, "About you")
        page.locator("[data-save]").filter(has_text=re.compile(r"Saved \d\d:\d\d")).wait_for()
        page.reload()
        assert page.get_by_label("Given name").input_value() == "Aïssatou"
        press(page, "Save and continue")
        for section in ("Education and work", "Your research"):
            fill(page, section)
            press(page, "Save and continue")
        heading(page, "Experience and skills")

        page.goto("/home")  # later, from the other end
        expect_text(page, "Three sections are left.")
        page.get_by_role("link", name="Continue").click()
        for section in ("Experience and skills", "Travel and grants", "Consent"):
            fill(page, section)
            press(page, "Save and continue")
        heading(page, "Check your answers")
        assert page.get_by_text("Université Cheikh Anta Diop").is_visible()
        assert page.get_by_text("Draft, not submitted").is_visible()
        assert_good_page(page)
        press(page, "Submit application")
        heading(page, "Application submitted")
        assert page.get_by_text(f"{event.number_prefix}-0001").first.is_visible()
        receipt = queued_mail()[-1]
        assert (receipt.template, receipt.to_address) == ("application_receipt", "aissatou@example.org")
        for words in ("Université Cheikh Anta Diop", "Prof. Diouf", "Dakar", f"{event.number_prefix}-0001"):
            assert words in receipt.text
            assert words in receipt.html

        self.accept(open_browser(alice.user, phone=False), call)
        page.goto("/home")
        assert page.get_by_text("Accepted", exact=True).is_visible()
        expect_text(page, "Congratulations")
        assert_good_page(page)
        page.get_by_role("link", name=re.compile("^See")).first.click()
        expect_text(page, "Congratulations")
        message = queued_mail()[-1]
        assert (message.template, message.to_address) == ("decision_accepted", "aissatou@example.org")

    def verify_by_the_mailbox(self, page: Any) -> None:
        """The link in the message, read where a developer reads it: one button."""
        page.goto("/dev/mail")
        page.get_by_role("table").get_by_role("link").first.click()
        page.locator(".whole-text").get_by_role("link").first.click()
        assert page.get_by_role("main").get_by_role("button").count() == 1
        press(page, "Yes, confirm it")
        expect_text(page, "Your address is confirmed.")

    def accept(self, desk: Any, call: str) -> None:
        """The organiser opens the one application, accepts and releases."""
        desk.goto(f"{call}/applications")
        follow(desk, "Aïssatou Ndiaye")
        heading(desk, "Aïssatou Ndiaye")
        press(desk, "Accept")
        go(desk, "Decisions")
        press(desk, "Release one decision")
        expect_text(desk, "One decision is released")

    def test_the_same_without_javascript_and_with_an_address_verified_last(
        self, open_browser: Open, call: str, queued_mail: Mail, link: Callable[..., str]
    ) -> None:
        page = open_browser(scripts=False)
        page.goto(f"/register?next={call}/apply")
        page.get_by_label("E-mail address").fill("awa@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        press(page, "Create account")
        press(page, "Start your application")
        page.get_by_label("Given name").fill("Awa")
        press(page, "Save and continue")
        expect_text(page, "answers need you")
        for section in ANSWERS:
            fill(page, section)
            press(page, "Save and continue")
        heading(page, "Check your answers")
        press(page, "Submit application")
        heading(page, "Application submitted")
        expect_text(page, "It counts once you verify your e-mail address")
        assert queued_mail()[-1].template == "application_receipt"
        page.goto(f"{call}/apply")
        press(page, "Send it again")
        expect_text(page, "We have sent a new link")
        page.goto(link("awa@example.org", "verify_address"))
        press(page, "Yes, confirm it")
        page.goto("/home")
        expect_text(page, "We have your application. You can change it until")


class TestOrganiser:
    def test_from_an_empty_installation_to_an_open_call_with_a_colleague(
        self, app: Flask, open_browser: Open, link: Callable[..., str]
    ) -> None:
        with app.app_context():
            make_user("root@example.org", password=PASSWORD, is_admin=True)
            db.session.commit()
        page = open_browser(phone=False)
        page.goto("/organisations")
        sign_in(page, "root@example.org")
        follow(page, "New organisation")
        page.get_by_label("Name", exact=True).fill("Lakeside Institute")
        page.get_by_label("Short word for the address").fill("lakeside")
        page.get_by_label("Address that answers questions").fill("school@lakeside.example")
        press(page, "Create the organisation")
        follow(page, "Events")
        follow(page, "New event")
        page.get_by_label("Title").fill("Lakeside Summer School")
        page.get_by_label("Short word for the address").fill("lakeside-school")
        year = now().year + 1
        page.get_by_label("First day").fill(f"{year}-07-05")
        page.get_by_label("Last day").fill(f"{year}-07-16")
        press(page, "Make the draft")
        follow(page, "Dates and phases")
        applications = page.get_by_role("group", name="Applications")
        applications.get_by_label("Opens").fill(f"{now() - timedelta(days=1):%Y-%m-%d}T00:00")
        applications.get_by_label("Closes").fill(f"{now() + timedelta(days=30):%Y-%m-%d}T23:59")
        press(page, "Save")
        expect_text(page, "saved")
        follow(page, "Form")
        page.get_by_role("button", name="Begin with").click()
        follow(page, "Publish …")
        press(page, "Publish version 1")
        expect_text(page, "Version 1 is published.")
        follow(page, "Settings")
        follow(page, "State")
        follow(page, "Publish the event …")
        press(page, "Publish the event")
        expect_text(page, "The event is published.")

        follow(page, "People and roles")
        page.get_by_label("E-mail address").fill("achieng@example.org")
        page.get_by_label("Role", exact=True).select_option("organiser")
        press(page, "Send the invitation")
        heading(page, "Invited, not here yet")
        assert_good_page(page)

        colleague = open_browser()
        colleague.goto(link("achieng@example.org", "event_role_invitation"))
        colleague.get_by_label("First name").fill("Achieng")
        colleague.get_by_label("Password", exact=True).fill(PASSWORD)
        colleague.get_by_label("I have read what happens to my data").check()
        press(colleague, "Make the account and accept")
        heading(colleague, "People and roles")
        colleague.goto("/home")
        follow(colleague, "Lakeside Summer School")
        assert colleague.url.endswith("/events/lakeside-school/overview")
        expect_text(colleague, "Needs you today")

        public = open_browser()
        public.goto("/")
        follow(public, "Lakeside Summer School")
        assert public.get_by_role("link", name="Start your application").is_visible()

    @pytest.fixture
    def applied(self, app: Flask, call: str, event: Event) -> str:
        """The address of the event, to which four people have applied."""
        people = [
            ("Chinwe", "Obi", "NG"),
            ("Léa", "Moreau", "FR"),
            ("Tendai", "Moyo", "ZW"),
            ("Ife", "Ade", "NG"),
        ]
        with app.app_context():
            answers = {key: value for section in ANSWERS.values() for key, value in section.items()}
            for given, family, country in people:
                own = {
                    "given_name": given,
                    "family_name": family,
                    "residence": country,
                    "nationality": country,
                }
                user = make_user(given_name=given, family_name=family)
                make_application(db.session.merge(event), user, answers={**answers, **own})
            db.session.commit()
        return call

    def test_from_the_list_of_applications_to_the_release(
        self, open_browser: Open, alice: Client, applied: str, queued_mail: Mail
    ) -> None:
        page = open_browser(alice.user, phone=False)
        page.goto(f"{applied}/overview")
        go(page, "Applications")
        page.get_by_role("searchbox").fill("moreau")
        page.keyboard.press("Enter")
        page.get_by_text("Tendai Moyo").wait_for(state="detached")
        follow(page, "Léa Moreau")
        expect_text(page, "We listen to the lake by night")
        follow(page, "All applications")
        page.get_by_label("Country: any country").click()
        page.get_by_role("link", name="Nigeria").click()
        page.get_by_text("Tendai Moyo").wait_for(state="detached")
        for name in ("Chinwe Obi", "Ife Ade"):
            page.get_by_role("row", name=name).get_by_role("checkbox").check()
        expect_text(page, "2 selected")
        press(page, "Accept")
        expect_text(page, "2 drafts are changed.")
        page.goto(f"{applied}/applications")
        page.get_by_role("row", name="Tendai Moyo").get_by_role("checkbox").check()
        press(page, "Waitlist")
        expect_text(page, "One draft is changed.")
        go(page, "Decisions")
        heading(page, "3 decisions are ready")
        assert_good_page(page)
        before = len(queued_mail())
        press(page, "Release 3 decisions")
        expect_text(page, "3 decisions are released")
        told = sorted(each.template for each in queued_mail()[before:])
        assert told == ["decision_accepted", "decision_accepted", "decision_waitlisted"]


class TestGuest:
    @pytest.fixture
    def desk(self, open_browser: Open, alice: Client, event: Event) -> Any:
        page = open_browser(alice.user, phone=False)
        page.goto(f"/events/{event.key}/invited-guests/new")
        return page

    def invite(self, desk: Any, email: str, name: str) -> None:
        desk.get_by_label("E-mail address").fill(email)
        desk.get_by_label("Name, as you greet them").fill(name)
        desk.get_by_label("Role").select_option("Speaker")
        press(desk, "Send the invitation")
        expect_text(desk, "is on its way")

    def test_somebody_without_an_account_comes_and_is_taken_off_the_list(
        self, open_browser: Open, desk: Any, event: Event, queued_mail: Mail, link: Callable[..., str]
    ) -> None:
        self.invite(desk, "adama@ub.example", "Dr. Adama Traoré")
        phone = open_browser(language="fr")
        phone.goto(link("adama@ub.example", "guest_invitation") + "?lang=en")
        expect_text(phone, "Dear Dr. Adama Traoré")
        follow(phone, "Accept the invitation")
        phone.get_by_label("Choose a password").fill(PASSWORD)
        phone.get_by_label("may keep and use my details").check()
        press(phone, "Accept the invitation")
        heading(phone, "See you in Kisumu")
        phone.goto("/home")
        heading(phone, event.titles["en"])
        expect_text(phone, "You come as Speaker")
        assert_good_page(phone)

        desk.reload()
        desk.get_by_role("row", name="Dr. Adama Traoré").get_by_text("Accepted").wait_for()
        follow(desk, "Dr. Adama Traoré")
        desk.get_by_role("complementary").get_by_role("link", name="Remove").click()
        press(desk, "Remove and tell them")
        expect_text(desk, "is no longer on the guest list")
        message = queued_mail()[-1]
        assert (message.template, message.to_address) == ("guest_removed", "adama@ub.example")
        phone.goto("/home")
        phone.get_by_text("You come as Speaker").wait_for(state="detached")

    def test_somebody_declines_and_the_organiser_reads_why(
        self, open_browser: Open, desk: Any, event: Event, link: Callable[..., str]
    ) -> None:
        self.invite(desk, "reka@ub.example", "Réka Szabó")
        phone = open_browser()
        phone.goto(link("reka@ub.example", "guest_invitation"))
        follow(phone, "Decline")
        phone.get_by_label("Would you like to say why?").fill("I teach that week.")
        press(phone, "Decline")
        heading(phone, "Thank you for telling us")
        desk.reload()
        desk.get_by_role("row", name="Réka Szabó").get_by_text("Declined").wait_for()
        follow(desk, "Réka Szabó")
        expect_text(desk, "I teach that week.")


class TestAccount:
    def test_a_forgotten_password_a_new_address_and_no_old_sign_ins(
        self, app: Flask, open_browser: Open, run_jobs: Callable[[], int], link: Callable[..., str]
    ) -> None:
        with app.app_context():
            make_user("ada@example.org", password="three words forgotten")
            db.session.commit()
        laptop, phone = open_browser(phone=False), open_browser()
        laptop.goto("/sign-in")
        sign_in(laptop, "ada@example.org", "three words forgotten")
        heading(laptop, "Your events")

        phone.goto("/sign-in")
        sign_in(phone, "ada@example.org", "something else")
        phone.get_by_role("alert").wait_for()
        follow(phone, "Forgotten your password?")
        phone.get_by_label("E-mail address").fill("ada@example.org")
        press(phone, "Send me a link")
        heading(phone, "Look into your mailbox")
        run_jobs()
        phone.goto(link("ada@example.org", "reset_password"))
        phone.get_by_label("New password").fill(PASSWORD)
        press(phone, "Save the new password")
        expect_text(phone, "You were signed out everywhere else.")
        laptop.goto("/account")
        heading(laptop, "Sign in")  # the reset has ended this sign-in
        sign_in(laptop, "ada@example.org")
        heading(laptop, "Your account")

        phone.goto("/account/sessions")
        press(phone, "Sign out everywhere else")
        expect_text(phone, "You are signed out everywhere else.")
        laptop.reload()
        heading(laptop, "Sign in")

        phone.goto("/account/address")
        phone.get_by_label("New e-mail address").fill("lovelace@example.org")
        phone.get_by_label("Your password").fill(PASSWORD)
        press(phone, "Send the link")
        expect_text(phone, "Your address changes when you open it.")
        phone.goto(link("lovelace@example.org", "address_change"))
        press(phone, "Use this address")
        expect_text(phone, "From now on we write to lovelace@example.org.")
        sign_in(laptop, "lovelace@example.org")
        heading(laptop, "Your account")
