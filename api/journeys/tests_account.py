"""Somebody who looks after an account: a forgotten password, a new address, no old sign-ins."""

from collections.abc import Callable

import pytest
from app.users.factories import make_user
from app.utils.database import db
from flask import Flask

from journeys.steps import PASSWORD, Link, Open, expect_text, follow, heading, press, sign_in

pytestmark = pytest.mark.browser


class TestAccount:
    def test_a_forgotten_password_a_new_address_and_no_old_sign_ins(
        self, app: Flask, open_browser: Open, run_jobs: Callable[[], int], link: Link
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
