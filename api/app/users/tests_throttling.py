"""How often somebody may knock: never so that the owner stays outside, never so that a campus does."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.emails.models import Message
from app.users import throttling
from app.users.factories import make_user
from app.users.models import Attempt
from app.users.testing import secret_in
from app.users.visitors import Visitor
from app.utils.database import db
from app.utils.testing import Client
from app.utils.time import now

EMAIL, PASSWORD, NEW = "ada@example.org", "123456", "seven bright lamps"
HERE, NEARBY, ELSEWHERE = "203.0.113.7", "203.0.113.99", "198.51.100.1"

pytestmark = pytest.mark.committed  # counts must survive refusals


@pytest.fixture(autouse=True)
def throttled(app: Flask) -> None:
    app.config["THROTTLING"] = True
    with app.app_context():
        make_user(email=EMAIL, password=PASSWORD, verified=False)
        db.session.commit()


def knock(client: Any, password: str = "wrong", email: str = EMAIL, address: str = HERE) -> Any:
    body = {"email": email, "password": password}
    return client.post("/api/v1/authenticate", json=body, environ_overrides={"REMOTE_ADDR": address})


def sign_in(client: Any, password: str = "wrong", address: str = HERE) -> int:
    form = {"email": EMAIL, "password": password}
    return int(client.post("/sign-in", data=form, environ_overrides={"REMOTE_ADDR": address}).status_code)


class TestSigningIn:
    def test_ten_failures_are_borne_and_then_even_the_right_password_waits(self, anonymous: Client) -> None:
        assert [knock(anonymous).status_code for _try in range(10)] == [401] * 10
        for password in ("wrong", PASSWORD):
            answer = knock(anonymous, password)
            assert answer.status_code == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
            assert answer.json["type"] == "/problems/too-many"
            assert "wait 15 minutes" in answer.json["detail"]

    def test_an_unknown_address_is_throttled_alike(self, anonymous: Client) -> None:
        statuses = [knock(anonymous, email="nobody@example.org").status_code for _try in range(11)]
        assert statuses == [401] * 10 + [429]

    def test_the_count_is_of_the_network_not_of_the_address(self, anonymous: Client) -> None:
        for number in range(10):
            knock(anonymous, address=f"203.0.113.{number}")
        assert knock(anonymous, address=NEARBY).status_code == 429
        assert knock(anonymous, address="203.0.114.1").status_code == 401

    @pytest.mark.parametrize(
        ("first", "second", "same"),
        [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
            ("::ffff:203.0.113.7", "203.0.113.9", True),
        ],
    )
    def test_networks(self, first: str, second: str, same: bool) -> None:
        assert (Visitor(first).network == Visitor(second).network) is same

    def test_somebody_elsewhere_does_not_lock_the_owner_out(self, anonymous: Client) -> None:
        for _try in range(12):
            knock(anonymous, address=ELSEWHERE)
        assert knock(anonymous, PASSWORD, address=HERE).status_code == 200

    def test_somebody_nearby_does_not_lock_out_a_known_device(self, app: Flask, anonymous: Client) -> None:
        owner = app.test_client()
        assert sign_in(owner, PASSWORD) == 303
        owner.post("/sign-out", environ_overrides={"REMOTE_ADDR": HERE})
        for _try in range(12):
            sign_in(anonymous, address=NEARBY)
        assert sign_in(anonymous, PASSWORD, NEARBY) == 429
        assert sign_in(owner, PASSWORD) == 303

    def test_a_known_device_has_a_limit_too(self, app: Flask) -> None:
        owner = app.test_client()
        sign_in(owner, PASSWORD)
        owner.post("/sign-out")
        assert [sign_in(owner) for _try in range(31)] == [401] * 30 + [429]

    def test_a_device_is_known_for_its_own_accounts_only(self, app: Flask, bob: Client) -> None:
        with app.app_context():
            make_user(email="eve@example.org", password=PASSWORD)
            db.session.commit()
        eve = app.test_client()
        eve.post("/sign-in", data={"email": "eve@example.org", "password": PASSWORD})
        eve.post("/sign-out")
        assert [sign_in(eve) for _try in range(11)] == [401] * 10 + [429]

    @pytest.mark.parametrize("cookie", ["x", "WyJhIiwgWyJiIl1d.c2ln", "", "null.x", "é"])
    def test_a_forged_device_is_not_known(self, app: Flask, cookie: str) -> None:
        client = app.test_client()
        client.set_cookie("marula_device", cookie)
        assert [sign_in(client) for _try in range(11)] == [401] * 10 + [429]

    def test_other_accounts_go_on(self, app: Flask, anonymous: Client) -> None:
        with app.app_context():
            make_user(email="bea@example.org", password=PASSWORD)
            db.session.commit()
        for _try in range(12):
            knock(anonymous)
        assert knock(anonymous, PASSWORD, email="bea@example.org").status_code == 200

    def test_after_the_window_one_may_try_again(self, anonymous: Client) -> None:
        for _try in range(12):
            knock(anonymous)
        with time_machine.travel(now() + timedelta(minutes=15, seconds=1), tick=False):
            assert knock(anonymous).status_code == 401
            assert knock(anonymous, PASSWORD).status_code == 200

    def test_successes_are_not_counted(self, anonymous: Client) -> None:
        assert {knock(anonymous, PASSWORD).status_code for _try in range(25)} == {200}

    def test_a_network_is_refused_for_very_many_failures_only(
        self, anonymous: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(throttling, "NETWORK", throttling.Limit("network", 20, timedelta(hours=1)))
        for number in range(20):
            knock(anonymous, email=f"guess{number}@example.org")
        assert knock(anonymous, PASSWORD).status_code == 429
        assert knock(anonymous, PASSWORD, address=ELSEWHERE).status_code == 200

    def test_of_many_at_once_no_more_than_the_limit_learn_anything(self, app: Flask) -> None:
        statuses: list[int] = []
        start = threading.Barrier(24)

        def guess() -> None:
            client = app.test_client()
            start.wait()
            statuses.append(knock(client).status_code)

        threads = [threading.Thread(target=guess) for _number in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [401] * 10 + [429] * 14

    def test_the_page_says_so_and_keeps_the_address(self, anonymous: Client) -> None:
        for _try in range(10):
            sign_in(anonymous)
        form = {"email": EMAIL, "password": PASSWORD}
        answer = anonymous.post("/sign-in", data=form, environ_overrides={"REMOTE_ADDR": HERE})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "Please wait 15 minutes." in answer.text
        assert f'value="{EMAIL}"' in answer.text

    def test_the_password_asked_again_is_guessed_no_oftener(self, app: Flask, anonymous: Client) -> None:
        token = knock(anonymous, PASSWORD).json["token"]
        body = {"current_password": "wrong", "new_password": NEW}
        statuses = [
            anonymous.post(
                "/api/v1/user/password",
                json=body,
                headers={"Authorization": token},
                environ_overrides={"REMOTE_ADDR": HERE},
            ).status_code
            for _try in range(11)
        ]
        assert statuses == [400] * 10 + [429]


class TestMail:
    def test_resets_are_counted_by_address_known_or_not(self, anonymous: Client) -> None:
        for email in (EMAIL, "nobody@example.org"):
            statuses = [
                anonymous.post("/api/v1/password-resets", json={"email": email}).status_code
                for _try in range(7)
            ]
            assert statuses == [204] * 6 + [429]

    def test_a_reset_opens_the_door_at_once(
        self,
        anonymous: Client,
        run_jobs: Callable[[], int],
        queued_mail: Callable[[], list[Message]],
    ) -> None:
        for _try in range(12):
            knock(anonymous, address="127.0.0.1")
        anonymous.post("/api/v1/password-resets", json={"email": EMAIL})
        run_jobs()
        secret = secret_in(queued_mail()[-1])
        assert anonymous.post(f"/api/v1/password-resets/{secret}", json={"password": NEW}).status_code == 204
        assert knock(anonymous, NEW, address="127.0.0.1").status_code == 200

    def test_verification_links_are_counted(self, anonymous: Client) -> None:
        token = knock(anonymous, PASSWORD).json["token"]
        statuses = [
            anonymous.post("/api/v1/user/verification", headers={"Authorization": token}).status_code
            for _try in range(7)
        ]
        assert statuses == [204] * 6 + [429]


class TestRegistering:
    def test_one_address_is_tried_often_enough_for_everybody(self, anonymous: Client) -> None:
        body = {"email": EMAIL, "password": PASSWORD}
        statuses = [anonymous.post("/api/v1/user", json=body).status_code for _try in range(61)]
        assert statuses == [409] * 60 + [429]

    def test_a_campus_registers_as_it_likes(self, anonymous: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttling, "NETWORK", throttling.Limit("network", 3, timedelta(hours=1)))
        statuses = {
            anonymous.post(
                "/api/v1/user", json={"email": f"student{number}@example.org", "password": PASSWORD}
            ).status_code
            for number in range(8)
        }
        assert statuses == {201}

    def test_asking_which_addresses_are_known_is_a_failure(
        self, anonymous: Client, monkeypatch: pytest.MonkeyPatch, app: Flask
    ) -> None:
        monkeypatch.setattr(throttling, "NETWORK", throttling.Limit("network", 3, timedelta(hours=1)))
        with app.app_context():
            emails = [make_user().email for _number in range(4)]
            db.session.commit()
        statuses = [
            anonymous.post("/api/v1/user", json={"email": email, "password": PASSWORD}).status_code
            for email in emails
        ]
        assert statuses == [409, 409, 409, 429]


class TestCounts:
    def test_the_table_names_nobody(self, app: Flask, anonymous: Client) -> None:
        knock(anonymous)
        with app.app_context():
            keys = db.session.scalars(select(Attempt.key)).all()
        assert len(keys) == 2
        assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)

    def test_it_can_be_turned_off(self, app: Flask, anonymous: Client) -> None:
        app.config["THROTTLING"] = False
        assert {knock(anonymous).status_code for _try in range(15)} == {401}

    def test_without_an_address_nobody_is_counted(self, app: Flask) -> None:
        with app.app_context():
            for _try in range(20):
                throttling.count_failure(throttling.SIGN_IN, EMAIL, Visitor())
            assert db.session.scalars(select(Attempt)).all() == []
