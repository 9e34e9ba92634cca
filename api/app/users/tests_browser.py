"""Accounts in a real browser: the way in, and every page as somebody on a phone meets it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.emails.models import Message
from app.users.factories import make_user
from app.users.models import CodePurpose
from app.users.services import codes
from app.users.testing import secret_in
from app.utils.database import db
from app.utils.testing_browser import assert_good_page

pytestmark = pytest.mark.browser
EMAIL, PASSWORD, NEW = "ada@example.org", "123456", "seven bright lamps"


def test_the_way_in_and_back_in(
    open_browser: Any, queued_mail: Callable[[], list[Message]], run_jobs: Callable[[], int]
) -> None:
    page = open_browser()
    page.goto("/account")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail address").fill("ada")
    page.get_by_role("button", name="Create account").click()
    page.get_by_text("2 things need another look").wait_for()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_text("Your address is not confirmed yet").wait_for()
    assert page.url.endswith("/account")

    page.goto(f"/verify/{secret_in(queued_mail()[-1])}")
    page.get_by_role("button", name="Yes, confirm it").click()
    page.goto("/account")
    assert page.get_by_text("not confirmed yet").count() == 0

    page.locator("header summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_text("Look into your mailbox").wait_for()
    run_jobs()
    page.goto(f"/reset-password/{secret_in(queued_mail()[-1])}")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Save the new password").click()
    page.goto("/account")
    assert page.get_by_text(EMAIL).count() >= 1


@pytest.mark.parametrize("dark", [False, True])
def test_the_pages_are_good(app: Flask, open_browser: Any, dark: bool) -> None:
    with app.app_context():
        user = make_user(email=EMAIL, password=PASSWORD, verified=False, given_name="Ada")
        db.session.flush()
        verify, _until = codes.make_code(user, CodePurpose.VERIFY, EMAIL)
        reset, _until = codes.make_code(user, CodePurpose.RESET, EMAIL)
        db.session.commit()
    page = open_browser(dark=dark)
    for path in (
        "/sign-in",
        "/register",
        "/forgotten-password",
        f"/verify/{verify}",
        f"/reset-password/{reset}",
    ):
        page.goto(path)
        assert_good_page(page)
    page.goto("/register")
    page.get_by_role("button", name="Create account").click()
    page.get_by_text("2 things need another look").wait_for()
    assert_good_page(page)
    if dark:
        return
    page.goto("/privacy")
    assert_good_page(page)
    own = open_browser(user)
    for path in ("/account", "/account/password", "/account/address", "/account/sessions", "/account/erase"):
        own.goto(path)
        assert_good_page(own)
