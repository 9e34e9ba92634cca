"""An organiser, from an empty installation to an open call, and from the list of applications to the release."""

from datetime import timedelta

import pytest
from app.applications.factories import make_application
from app.events.models import Event
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page
from app.utils.time import now
from flask import Flask

from journeys.steps import (
    ANSWERS,
    PASSWORD,
    Link,
    Mail,
    Open,
    expect_text,
    follow,
    go,
    heading,
    press,
    sign_in,
)

pytestmark = pytest.mark.browser


class TestOrganiser:
    def test_from_an_empty_installation_to_an_open_call_with_a_colleague(
        self, app: Flask, open_browser: Open, link: Link
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
        expect_text(page, "2 decisions are changed.")
        page.goto(f"{applied}/applications")
        page.get_by_role("row", name="Tendai Moyo").get_by_role("checkbox").check()
        press(page, "Waitlist")
        expect_text(page, "One decision is changed.")
        go(page, "Decisions")
        heading(page, "3 decisions are ready")
        assert_good_page(page)
        before = len(queued_mail())
        press(page, "Release 3 decisions")
        expect_text(page, "3 decisions are released")
        told = sorted(each.template for each in queued_mail()[before:])
        assert told == ["decision_accepted", "decision_accepted", "decision_waitlisted"]
