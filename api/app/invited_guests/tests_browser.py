"""Guests in a real browser: from the organiser's form over the mailbox to the guest's phone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.emails.models import Message
from app.events.models import Event
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState
from app.utils.database import db
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
Mail = Callable[[], list[Message]]


@pytest.fixture
def path(event: Event) -> str:
    return f"/events/{event.key}/invited-guests"


def test_an_organiser_invites_and_the_guest_accepts_on_a_phone(
    event: Event, alice: Client, path: str, open_browser: Open, queued_mail: Mail
) -> None:
    desk = open_browser(alice.user, phone=False)
    desk.goto(path)
    assert_good_page(desk)
    desk.get_by_role("link", name="Invite the first guest").click()
    desk.get_by_label("E-mail address").fill("a.traore@ub.example")
    desk.get_by_label("Name, as you greet them").fill("Dr. Adama Traoré")
    desk.get_by_label("Role").select_option("Speaker")
    desk.get_by_label("Hotel").check()
    desk.get_by_label("A line from you").fill("We would love your tutorial.")
    assert_good_page(desk)
    desk.get_by_role("button", name="Send the invitation").click()
    desk.get_by_text("is on its way").wait_for()
    assert desk.get_by_role("row", name="Dr. Adama Traoré").get_by_text("Invited").is_visible()

    [message] = queued_mail()
    phone = open_browser()
    phone.goto(message.secret)
    assert_good_page(phone)
    phone.get_by_role("link", name="Accept the invitation").click()
    phone.get_by_role("button", name="Accept the invitation").click()
    phone.get_by_role("alert").wait_for()
    assert_good_page(phone)
    phone.get_by_label("Choose a password").fill("three words in a row")
    phone.get_by_label("may keep and use my details").check()
    phone.get_by_role("button", name="Accept the invitation").click()
    phone.get_by_role("heading", name="See you in Kisumu").wait_for()
    assert_good_page(phone)

    desk.reload()
    assert desk.get_by_role("row", name="Dr. Adama Traoré").get_by_text("Accepted").is_visible()


def test_a_guest_declines_with_a_reason_and_comes_after_all(
    app: Flask, event: Event, open_browser: Open
) -> None:
    with app.app_context():
        make_guest(event, secret="s")
        db.session.commit()
    phone = open_browser(dark=True)
    phone.goto("/invitations/s")
    phone.get_by_role("link", name="Decline").click()
    assert_good_page(phone)
    phone.get_by_label("Would you like to say why?").fill("I teach that week.")
    phone.get_by_role("button", name="Decline").click()
    phone.get_by_role("heading", name="Thank you for telling us").wait_for()
    assert_good_page(phone)
    phone.get_by_role("link", name="Come after all").click()
    assert_good_page(phone)


@pytest.fixture
def two_guests(app: Flask, event: Event) -> None:
    with app.app_context():
        make_guest(event, name="Réka Szabó", role="mentor", state=GuestState.ACCEPTED, pays=["hotel"])
        make_guest(event, name="منى حسن", role="speaker")
        db.session.commit()


@pytest.mark.usefixtures("two_guests")
@pytest.mark.parametrize("phone", [True, False])
def test_the_list_is_filtered_without_leaving_the_page(
    alice: Client, path: str, open_browser: Open, phone: bool
) -> None:
    page = open_browser(alice.user, phone=phone)
    page.goto(path)
    assert_good_page(page)
    if phone:
        page.get_by_role("link", name="Change filter").click()
    page.get_by_text("any role", exact=True).first.click()
    page.get_by_role("link", name="Mentor").click()
    page.wait_for_url("**role=mentor*")
    page.get_by_text("منى حسن").wait_for(state="detached")
    assert page.get_by_text("Réka Szabó").is_visible()
    page.get_by_role("link", name="Réka Szabó").click()
    page.get_by_role("heading", name="Réka Szabó").wait_for()
    assert_good_page(page)
    page.get_by_role("link", name="Remove").last.click()
    page.get_by_role("button", name="Remove and tell them").wait_for()
    assert_good_page(page)


@pytest.mark.parametrize("phone", [True, False])
def test_a_table_is_checked_before_it_is_sent(
    alice: Client, path: str, open_browser: Open, queued_mail: Mail, phone: bool
) -> None:
    page = open_browser(alice.user, phone=phone)
    page.goto(f"{path}/table")
    assert_good_page(page)
    page.get_by_label("Or paste the lines here").fill("a@ub.example, Adama, Speaker\nnobody, X, Speaker")
    page.get_by_role("button", name="Check the table").click()
    page.get_by_role("heading", name="What the table would do").wait_for()
    assert_good_page(page)
    page.get_by_role("button", name="Send one invitation").click()
    page.get_by_text("One invitation is on its way.").wait_for()
    assert [message.to_address for message in queued_mail()] == ["a@ub.example"]
