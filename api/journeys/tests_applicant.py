"""An applicant on a phone, from the public page to the released decision; and the same without JavaScript."""

import re
from typing import Any

import pytest
from app.events.models import Event
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page

from journeys.steps import ANSWERS, PASSWORD, Link, Mail, Open, expect_text, fill, follow, go, heading, press

pytestmark = pytest.mark.browser


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
        self, open_browser: Open, call: str, queued_mail: Mail, link: Link
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
