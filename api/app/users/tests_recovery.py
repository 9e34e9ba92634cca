"""Verifying, resetting and changing, through the API."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.users.factories import make_user
from app.users.models import Code, User
from app.users.services import accounts, codes
from app.users.signals import address_verified
from app.users.testing import EMAIL, NEW, PASSWORD, Mailbox, can_sign_in, secret_in, status
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from app.utils.time import now


class TestVerification:
    def test_registering_mails_a_link_to_the_address(self, newcomer: Client, queued_mail: Mailbox) -> None:
        [message] = queued_mail()
        assert (message.template, message.to_address) == ("verify_address", EMAIL)
        assert "http://localhost:5000/verify/" in message.text
        assert newcomer.get("/api/v1/user").json["is_verified"] is False

    def test_only_a_hash_of_the_code_is_kept(
        self, app: Flask, newcomer: Client, queued_mail: Mailbox
    ) -> None:
        secret = secret_in(queued_mail()[0])
        with app.app_context():
            assert secret not in db.session.scalars(select(Code.secret_hash)).all()

    def test_somebody_signed_in_to_the_account_just_verifies(
        self, newcomer: Client, queued_mail: Mailbox
    ) -> None:
        assert status(newcomer, f"/verifications/{secret_in(queued_mail()[0])}") == 204
        assert newcomer.get("/api/v1/user").json["is_verified"] is True

    def test_the_packages_above_are_told(self, newcomer: Client, queued_mail: Mailbox) -> None:
        told: list[int] = []

        def note(user: User) -> None:
            told.append(user.id)

        with address_verified.connected_to(note):
            status(newcomer, f"/verifications/{secret_in(queued_mail()[0])}")
        assert told == [newcomer.user.id]

    def test_a_code_is_good_once(self, newcomer: Client, queued_mail: Mailbox) -> None:
        secret = secret_in(queued_mail()[0])
        newcomer.post(f"/api/v1/verifications/{secret}", json={})
        answer = newcomer.post(f"/api/v1/verifications/{secret}", json={})
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/link-expired")

    @pytest.mark.parametrize("who", ["anonymous", "charlie"])
    def test_anybody_else_is_asked_for_the_password(
        self, newcomer: Client, queued_mail: Mailbox, request: pytest.FixtureRequest, who: str
    ) -> None:
        client = request.getfixturevalue(who)
        secret = secret_in(queued_mail()[0])
        answer = client.post(f"/api/v1/verifications/{secret}", json={})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/password-needed")
        assert status(client, f"/verifications/{secret}", password="wrong one") == 400
        assert newcomer.get("/api/v1/user").json["is_verified"] is False
        assert status(client, f"/verifications/{secret}", password=PASSWORD) == 204
        assert newcomer.get("/api/v1/user").json["is_verified"] is True

    def test_the_mailboxs_owner_takes_the_account_over(
        self, app: Flask, newcomer: Client, anonymous: Client, queued_mail: Mailbox
    ) -> None:
        secret = secret_in(queued_mail()[0])
        assert status(anonymous, f"/verifications/{secret}", new_password=NEW) == 204
        assert newcomer.get("/api/v1/user").status_code == 401
        assert not can_sign_in(app, EMAIL, PASSWORD)
        assert can_sign_in(app, EMAIL, NEW)

    def test_a_weak_new_password_leaves_the_code_good(
        self, app: Flask, newcomer: Client, anonymous: Client, queued_mail: Mailbox
    ) -> None:
        secret = secret_in(queued_mail()[0])
        answer = anonymous.post(f"/api/v1/verifications/{secret}", json={"new_password": "12345"})
        assert [error["field"] for error in answer.json["errors"]] == ["new_password"]
        assert newcomer.get("/api/v1/user").status_code == 200
        assert status(anonymous, f"/verifications/{secret}", new_password=NEW) == 204

    def test_a_new_link_ends_the_earlier_one(self, newcomer: Client, queued_mail: Mailbox) -> None:
        assert newcomer.post("/api/v1/user/verification").status_code == 204
        first, second = (secret_in(message) for message in queued_mail())
        assert status(newcomer, f"/verifications/{first}") == 404
        assert status(newcomer, f"/verifications/{second}") == 204
        assert newcomer.post("/api/v1/user/verification").status_code == 409

    def test_a_code_runs_out(self, newcomer: Client, queued_mail: Mailbox) -> None:
        secret = secret_in(queued_mail()[0])
        with time_machine.travel(now() + timedelta(days=7, seconds=1), tick=False):
            assert status(newcomer, f"/verifications/{secret}") == 404

    def test_codes_of_another_purpose_do_not_verify(
        self, newcomer: Client, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> None:
        status(newcomer, "/password-resets", email=EMAIL)
        run_jobs()
        verify, reset = (secret_in(message) for message in queued_mail())
        assert status(newcomer, f"/verifications/{reset}") == 404
        assert status(newcomer, f"/password-resets/{verify}", password=NEW) == 404

    @pytest.mark.parametrize("secret", ["x", "%00", "é", "a" * 5000, "..%2f"])
    def test_nonsense_is_no_code(self, newcomer: Client, secret: str) -> None:
        assert status(newcomer, f"/verifications/{secret}") in (404, 414)


class TestReset:
    @pytest.fixture
    def secret(
        self, app: Flask, anonymous: Client, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> Iterator[str]:
        with app.app_context():
            make_user(email=EMAIL, password=PASSWORD)
            db.session.commit()
        assert status(anonymous, "/password-resets", email="NEW@example.org") == 204
        run_jobs()
        return secret_in(queued_mail()[-1])

    def test_the_answer_and_the_work_are_the_same_for_an_unknown_address(
        self, app: Flask, anonymous: Client, queries: Callable[..., object], queued_mail: Mailbox, run_jobs
    ) -> None:
        with app.app_context():
            make_user(email=EMAIL, password=PASSWORD)
            db.session.commit()
        answers = []
        for email in (EMAIL, "nobody@example.org"):
            with queries() as seen:
                answer = anonymous.post("/api/v1/password-resets", json={"email": email})
            answers.append((answer.status_code, answer.data, len(seen)))
        assert answers[0] == answers[1]
        assert answers[0][:2] == (204, b"")
        run_jobs()
        assert [message.to_address for message in queued_mail()] == [EMAIL]

    def test_a_new_password_ends_the_earlier_one_and_every_session(
        self, app: Flask, anonymous: Client, secret: str, queued_mail: Mailbox
    ) -> None:
        with app.app_context():
            user = accounts.find_user(EMAIL)
            assert user is not None
        earlier = sign_in_client(app, user)
        assert status(anonymous, f"/password-resets/{secret}", password=NEW) == 204
        assert earlier.get("/api/v1/user").status_code == 401
        assert earlier.get("/account").status_code == 302
        assert not can_sign_in(app, EMAIL, PASSWORD)
        assert can_sign_in(app, EMAIL, NEW)
        assert queued_mail()[-1].template == "password_changed"

    def test_a_code_is_good_once(self, anonymous: Client, secret: str) -> None:
        assert status(anonymous, f"/password-resets/{secret}", password=NEW) == 204
        assert status(anonymous, f"/password-resets/{secret}", password=PASSWORD) == 404

    def test_it_runs_out_after_two_hours(self, anonymous: Client, secret: str) -> None:
        with time_machine.travel(now() + timedelta(hours=2, seconds=1), tick=False):
            assert status(anonymous, f"/password-resets/{secret}", password=NEW) == 404

    def test_there_is_one_code_at_a_time(
        self, anonymous: Client, secret: str, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> None:
        with time_machine.travel(now() + timedelta(minutes=2), tick=False):
            status(anonymous, "/password-resets", email=EMAIL)
            run_jobs()
            newest = secret_in(queued_mail()[-1])
            assert status(anonymous, f"/password-resets/{secret}", password=NEW) == 404
            assert status(anonymous, f"/password-resets/{newest}", password=NEW) == 204

    def test_a_second_wish_within_a_minute_mails_nothing(
        self, anonymous: Client, secret: str, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> None:
        status(anonymous, "/password-resets", email=EMAIL)
        run_jobs()
        assert [message.template for message in queued_mail()] == ["reset_password"]
        assert status(anonymous, f"/password-resets/{secret}", password=NEW) == 204

    def test_it_shows_that_the_mailbox_is_theirs(
        self, app: Flask, newcomer: Client, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> None:
        status(newcomer, "/password-resets", email=EMAIL)
        run_jobs()
        status(newcomer, f"/password-resets/{secret_in(queued_mail()[-1])}", password=NEW)
        with app.app_context():
            user = accounts.find_user(EMAIL)
            assert user is not None
            assert user.is_verified

    def test_a_change_of_password_ends_the_code(self, app: Flask, anonymous: Client, secret: str) -> None:
        with app.app_context():
            user = accounts.find_user(EMAIL)
            assert user is not None
        client = sign_in_client(app, user)
        assert status(client, "/user/password", current_password=PASSWORD, new_password=NEW) == 204
        assert status(anonymous, f"/password-resets/{secret}", password="another one entirely") == 404


class TestChangeOfPassword:
    @pytest.fixture
    def ada(self, app: Flask) -> Client:
        with app.app_context():
            user = make_user(email=EMAIL, password=PASSWORD)
            db.session.commit()
        return sign_in_client(app, user)

    def test_it_ends_the_other_sessions_only(self, app: Flask, ada: Client, queued_mail: Mailbox) -> None:
        other = sign_in_client(app, ada.user)
        assert status(ada, "/user/password", current_password=PASSWORD, new_password=NEW) == 204
        assert ada.get("/api/v1/user").status_code == 200
        assert other.get("/api/v1/user").status_code == 401
        assert can_sign_in(app, EMAIL, NEW)
        assert not can_sign_in(app, EMAIL, PASSWORD)
        assert [message.template for message in queued_mail()] == ["password_changed"]

    def test_it_needs_the_present_one(self, app: Flask, ada: Client) -> None:
        answer = ada.post("/api/v1/user/password", json={"current_password": "wrong", "new_password": NEW})
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json["errors"]] == ["current_password"]
        assert can_sign_in(app, EMAIL, PASSWORD)

    def test_the_new_one_must_be_good(self, ada: Client) -> None:
        answer = ada.post("/api/v1/user/password", json={"current_password": PASSWORD, "new_password": "1"})
        assert [error["field"] for error in answer.json["errors"]] == ["new_password"]


class TestChangeOfAddress:
    @pytest.fixture
    def ada(self, app: Flask) -> Client:
        with app.app_context():
            user = make_user(email=EMAIL, password=PASSWORD)
            db.session.commit()
        return sign_in_client(app, user)

    def test_nothing_changes_before_the_new_one_is_verified(
        self, app: Flask, ada: Client, queued_mail: Mailbox
    ) -> None:
        assert status(ada, "/user/address", email="ada@lab.example", password=PASSWORD) == 204
        assert ada.get("/api/v1/user").json["email"] == EMAIL
        [message] = queued_mail()
        assert (message.template, message.to_address) == ("address_change", "ada@lab.example")
        assert ada.post(f"/api/v1/user/address/{secret_in(message)}").status_code == 204
        answer = ada.get("/api/v1/user").json
        assert (answer["email"], answer["is_verified"]) == ("ada@lab.example", True)
        notice = queued_mail()[-1]
        assert (notice.template, notice.to_address) == ("address_changed", EMAIL)
        assert can_sign_in(app, "ada@lab.example", PASSWORD)
        assert not can_sign_in(app, EMAIL, PASSWORD)

    def test_it_needs_the_password_and_a_free_address(self, ada: Client, bob: Client) -> None:
        assert status(ada, "/user/address", email="ada@lab.example", password="wrong") == 400
        assert status(ada, "/user/address", email="BOB@example.org", password=PASSWORD) == 409
        assert status(ada, "/user/address", email=EMAIL, password=PASSWORD) == 400

    def test_nobody_elses_link_does_it(self, ada: Client, charlie: Client, queued_mail: Mailbox) -> None:
        status(ada, "/user/address", email="ada@lab.example", password=PASSWORD)
        secret = secret_in(queued_mail()[0])
        assert charlie.post(f"/api/v1/user/address/{secret}").status_code == 404
        assert charlie.get("/api/v1/user").json["email"] == "charlie@example.org"

    def test_an_address_taken_meanwhile_is_refused(
        self, ada: Client, anonymous: Client, queued_mail: Mailbox
    ) -> None:
        status(ada, "/user/address", email="ada@lab.example", password=PASSWORD)
        secret = secret_in(queued_mail()[0])
        status(anonymous, "/user", email="ada@lab.example", password=PASSWORD)
        assert ada.post(f"/api/v1/user/address/{secret}").status_code == 409
        assert ada.get("/api/v1/user").json["email"] == EMAIL

    def test_codes_mailed_to_the_old_address_end(
        self, ada: Client, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> None:
        status(ada, "/password-resets", email=EMAIL)
        run_jobs()
        reset = secret_in(queued_mail()[-1])
        status(ada, "/user/address", email="ada@lab.example", password=PASSWORD)
        ada.post(f"/api/v1/user/address/{secret_in(queued_mail()[-1])}")
        assert status(ada, f"/password-resets/{reset}", password=NEW) == 404


def test_a_code_used_twice_at_once_is_used_once(app: Flask, newcomer: Client, queued_mail: Mailbox) -> None:
    secret = secret_in(queued_mail()[0])
    with app.app_context():
        code = codes.get_code(codes.CodePurpose.VERIFY, secret)
        codes.use_code(code)
        with pytest.raises(codes.LinkExpired):
            codes.use_code(code)
