"""Organisations and events in a real browser: an organiser at the desk, everybody on a phone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.emails.models import Message
from app.events.factories import make_event
from app.events.models import Event
from app.organisations.factories import make_member
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
Mail = Callable[[], list[Message]]


@pytest.fixture
def owner(app: Flask, organisation: Organisation) -> User:
    with app.app_context():
        user = make_member(organisation, make_user("owner@example.org", is_admin=True)).user
        db.session.commit()
    return user


def test_an_event_grows_from_a_draft_to_its_public_page(
    organisation: Organisation, owner: User, open_browser: Open
) -> None:
    desk = open_browser(owner, phone=False)
    desk.goto(f"/organisations/{organisation.key}")
    assert_good_page(desk)
    desk.get_by_role("link", name="New event").click()
    desk.get_by_label("Title").fill("Lakeside Summer School 2027")
    desk.get_by_label("Short word for the address").fill("lakeside-2027")
    desk.get_by_label("First day").fill("2027-07-05")
    desk.get_by_label("Last day").fill("2027-07-16")
    desk.get_by_label("Time zone of deadlines").select_option("Africa/Nairobi")
    assert_good_page(desk)
    desk.get_by_role("button", name="Make the draft").click()
    desk.get_by_text("The event is a draft").wait_for()
    assert_good_page(desk)
    desk.get_by_label("Summary").first.fill("Two weeks of lectures and labs.")
    desk.get_by_role("button", name="Save").click()
    for section in ("Place and facts", "Guest roles", "Dates and phases"):
        desk.get_by_role("link", name=section).click()
        assert_good_page(desk)
    applications = desk.get_by_role("group", name="Applications")
    applications.get_by_label("Opens").fill("2020-01-11T00:00")
    applications.get_by_label("Closes").fill("2037-03-05T23:59")
    desk.get_by_role("button", name="Save").click()
    assert applications.get_by_label("Closes").input_value() == "2037-03-05T23:59"

    stranger = open_browser()
    assert stranger.goto("/events/lakeside-2027").status == 404
    desk.get_by_role("link", name="State", exact=True).click()
    assert_good_page(desk)
    desk.get_by_role("link", name="Publish the event …").click()
    desk.get_by_role("dialog").get_by_role("button", name="Publish the event").click()
    desk.get_by_text("It stands on the front page.").wait_for()

    stranger.goto("/")
    assert_good_page(stranger)
    stranger.get_by_role("link", name="Lakeside Summer School 2027").click()
    stranger.get_by_text("Apply by Thursday 5 March 2037, 23:59").wait_for()
    assert_good_page(stranger)
    buttons = stranger.get_by_role("link", name="Start your application")
    assert [each.is_visible() for each in buttons.all()].count(True) == 1


def test_the_public_page_adds_the_readers_own_time(app: Flask, open_browser: Open) -> None:
    with app.app_context():
        event = make_event(
            opens_at=datetime(2020, 1, 1, tzinfo=UTC),
            closes_at=datetime(2037, 3, 5, 21, tzinfo=UTC),
            cover="hills",
        )
        db.session.commit()
    for settings in ({"phone": True}, {"phone": False}, {"phone": False, "dark": True}, {"language": "fr"}):
        page = open_browser(**settings)
        page.goto(f"/events/{event.key}")
        assert_good_page(page)
    desk = open_browser(phone=False)
    desk.goto(f"/events/{event.key}")
    shown = desk.locator("time[data-local]").first
    desk.wait_for_function("document.querySelector('time[data-local]').textContent !== ''")
    assert "for you" in shown.inner_text()


def test_a_message_is_previewed_and_saved_at_once(alice: Client, event: Event, open_browser: Open) -> None:
    desk = open_browser(alice.user, phone=False)
    desk.goto(f"/events/{event.key}/messages")
    assert_good_page(desk)
    desk.get_by_role("link", name="The event is cancelled").click()
    desk.get_by_label("Text").fill("Dear {{ name }}, **we are sorry.**")
    desk.get_by_role("button", name="Preview").click()
    frame = desk.frame_locator("iframe[name=preview]")
    frame.get_by_text("Dear Alice").wait_for()
    assert frame.locator("strong").first.evaluate("each => getComputedStyle(each).fontWeight") >= "600"
    desk.get_by_role("button", name="Save this text").click()
    desk.get_by_text("Messages from now on use this text.").wait_for()
    assert_good_page(desk)


def test_a_newcomer_joins_from_the_mailbox(
    alice: Client, event: Event, open_browser: Open, queued_mail: Mail
) -> None:
    desk = open_browser(alice.user, phone=False)
    desk.goto(f"/events/{event.key}/people")
    assert_good_page(desk)
    desk.get_by_label("E-mail address").fill("nia@example.org")
    desk.get_by_label("Role", exact=True).select_option("Viewer")
    desk.get_by_role("button", name="Send the invitation").click()
    desk.get_by_text("We have written to nia@example.org.").wait_for()
    [message] = queued_mail()
    phone = open_browser()
    phone.goto(message.secret)
    assert_good_page(phone)
    phone.get_by_label("First name").fill("Nia")
    phone.get_by_label("Password").fill("three words in a row")
    phone.get_by_label("I have read what happens").check()
    phone.get_by_role("button", name="Make the account and accept").click()
    phone.get_by_text("The role is yours.").wait_for()
    assert_good_page(phone)


def test_the_pages_of_an_organisation_are_good_on_a_phone_and_at_the_desk(
    organisation: Organisation, owner: User, open_browser: Open
) -> None:
    paths = ["", "/members", "/settings", "/history", "/events/new"]
    for phone in (True, False):
        page = open_browser(owner, phone=phone)
        for path in [
            "/organisations",
            "/organisations/new",
            *(f"/organisations/{organisation.key}{each}" for each in paths),
        ]:
            page.goto(path)
            assert_good_page(page)
