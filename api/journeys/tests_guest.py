"""A guest without an account, from the mailed link to the day they are taken off the list; and one who declines."""

from typing import Any

import pytest
from app.events.models import Event
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page

from journeys.steps import PASSWORD, Link, Mail, Open, expect_text, follow, heading, press

pytestmark = pytest.mark.browser


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
        self, open_browser: Open, desk: Any, event: Event, queued_mail: Mail, link: Link
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
        self, open_browser: Open, desk: Any, event: Event, link: Link
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
