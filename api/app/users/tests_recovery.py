"""Verifying, resetting, changing and erasing, through the API."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditLine
from app.emails.models import Message
from app.users.factories import make_user
from app.users.models import Attempt, Code, User, UserSession
from app.users.services import accounts, administrators, codes, sessions
from app.users.services.passwords import WeakPassword
from app.users.signals import address_verified, erasing_user, user_erased
from app.utils.database import db
from app.utils.errors import Conflict
from app.utils.testing import Client, sign_in_client
from app.utils.time import now

Mailbox = Callable[[], list[Message]]
EMAIL, PASSWORD, NEW = "new@example.org", "123456", "seven bright lamps"


def secret_in(message: Message) -> str:
    """The code in the only link of a message."""
    found = re.search(r"/(?:verify|reset-password|account/address)/([\w-]{43})\b", message.text)
    assert found is not None, message.text
    return found[1]


def status(client: Client, path: str, **body: object) -> int:
    return int(client.post(f"/api/v1{path}", json=body).status_code)


def can_sign_in(app: Flask, email: str, password: str) -> bool:
    client = app.test_client()
    answer = client.post("/api/v1/authenticate", json={"email": email, "password": password})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


@pytest.fixture
def newcomer(app: Flask, anonymous: Client) -> Client:
    """Somebody who has just registered, with a password and an address not verified."""
    made = anonymous.post("/api/v1/user", json={"email": EMAIL, "password": PASSWORD}).json
    client = app.test_client()
    assert isinstance(client, Client)
    client.token = made["token"]
    with app.app_context():
        client.user = db.session.get_one(User, made["id"])
    return client


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


class TestSessions:
    def test_one_sees_and_ends_ones_own(self, app: Flask, bob: Client) -> None:
        other = sign_in_client(app, bob.user)
        rows = bob.get("/api/v1/user/sessions").json
        assert rows["page"]["total"] == 4  # a token and a cookie each
        assert [row["is_current"] for row in rows["data"]].count(True) == 1
        there = max(row["id"] for row in rows["data"] if row["kind"] == "token")
        assert bob.delete(f"/api/v1/user/sessions/{there}").status_code == 204
        assert other.get("/api/v1/user").status_code == 401
        assert bob.delete(f"/api/v1/user/sessions/{there}").status_code == 404

    def test_nobody_ends_anothers(self, app: Flask, bob: Client, charlie: Client) -> None:
        theirs = charlie.get("/api/v1/user/sessions").json["data"][0]["id"]
        assert bob.delete(f"/api/v1/user/sessions/{theirs}").status_code == 404
        assert charlie.get("/api/v1/user").status_code == 200

    def test_all_others_end_at_once(self, app: Flask, bob: Client) -> None:
        other = sign_in_client(app, bob.user)
        assert bob.delete("/api/v1/user/sessions").status_code == 204
        assert other.get("/api/v1/user").status_code == 401
        assert bob.get("/api/v1/user/sessions").json["page"]["total"] == 1

    def test_the_list_costs_the_same_however_long_it_is(
        self, app: Flask, bob: Client, queries: Callable[..., object]
    ) -> None:
        with queries() as few:
            bob.get("/api/v1/user/sessions")
        for _number in range(3):
            sign_in_client(app, bob.user)
        with queries() as many:
            bob.get("/api/v1/user/sessions")
        assert len(few) == len(many) == 3

    def test_what_ended_long_ago_is_forgotten(self, app: Flask, bob: Client, newcomer: Client) -> None:
        bob.delete("/api/v1/user/sessions")
        with app.app_context():
            db.session.add(Attempt(key="x", count=1, started_at=now()))
            db.session.commit()
        from app.users.handlers import remove_old  # noqa: PLC0415

        counts = []
        for days in (1, 50):
            with time_machine.travel(now() + timedelta(days=days), tick=False), app.app_context():
                remove_old()
                db.session.commit()
                tables = (UserSession, Code, Attempt)
                counts.append([db.session.scalar(select(func.count()).select_from(each)) for each in tables])
        assert counts == [[3, 1, 0], [0, 0, 0]]


class TestErasure:
    @pytest.fixture
    def ada(self, app: Flask) -> Client:
        with app.app_context():
            user = make_user(
                email=EMAIL,
                password=PASSWORD,
                given_name="Ada",
                affiliation="Lab",
                country="KE",
                is_admin=True,
            )
            db.session.commit()
        return sign_in_client(app, user)

    def test_what_is_personal_goes_and_a_number_stays(
        self, app: Flask, ada: Client, queued_mail: Mailbox
    ) -> None:
        status(ada, "/user/password", current_password=PASSWORD, new_password=NEW)
        assert status(ada, "/user/erasure", password=NEW) == 204
        with app.app_context():
            user = db.session.get_one(User, ada.user.id)
            kept = {
                column.key: getattr(user, column.key)
                for column in User.__table__.columns
                if column.key not in ("id", "created_at", "updated_at", "erased_at", "language", "email_key")
            }
            assert set(kept.values()) == {"", None, False}
            assert user.erased_at is not None
            assert user.name == f"Erased account {user.id}"
            for table in (Code, UserSession):
                assert not db.session.scalars(select(table).filter_by(user_id=user.id)).all()
        assert EMAIL not in "".join(message.to_address + message.text for message in queued_mail())
        assert ada.get("/api/v1/user").status_code == 401

    def test_the_address_is_free_again(self, ada: Client, anonymous: Client) -> None:
        status(ada, "/user/erasure", password=PASSWORD)
        assert status(anonymous, "/user", email=EMAIL, password=PASSWORD) == 201

    def test_it_needs_the_password(self, ada: Client) -> None:
        assert status(ada, "/user/erasure", password="wrong") == 400
        assert ada.get("/api/v1/user").status_code == 200

    def test_packages_above_may_object_and_are_told(self, ada: Client) -> None:
        told: list[tuple[int, str]] = []

        def object_once(user: User) -> None:
            if not told:
                told.append((0, ""))
                raise Conflict("Hand over first.")

        def note(user: User, *, former_email: str, former_email_key: str) -> None:
            told.append((user.id, former_email + former_email_key))

        with erasing_user.connected_to(object_once), user_erased.connected_to(note):
            answer = ada.post("/api/v1/user/erasure", json={"password": PASSWORD})
            assert (answer.status_code, answer.json["detail"]) == (409, "Hand over first.")
            assert ada.get("/api/v1/user").json["email"] == EMAIL
            assert status(ada, "/user/erasure", password=PASSWORD) == 204
        assert told[1:] == [(ada.user.id, EMAIL + EMAIL)]


class TestAdministrators:
    def test_one_is_made_with_a_verified_address_and_no_mail(self, app: Flask, queued_mail: Mailbox) -> None:
        with app.app_context():
            user = administrators.create_administrator(email="root@example.org", password=NEW)
            db.session.commit()
            assert (user.is_admin, user.is_verified) == (True, True)
        assert can_sign_in(app, "root@example.org", NEW)
        assert queued_mail() == []

    def test_a_weak_password_is_refused(self, app: Flask) -> None:
        with app.app_context(), pytest.raises(WeakPassword):
            administrators.create_administrator(email="root@example.org", password="1")


class TestAudit:
    def test_changes_leave_a_line_without_values(
        self, app: Flask, newcomer: Client, queued_mail: Mailbox
    ) -> None:
        status(newcomer, f"/verifications/{secret_in(queued_mail()[0])}")
        newcomer.patch("/api/v1/user", json={"given_name": "Ada", "country": "KE"})
        with app.app_context():
            lines = db.session.execute(
                select(AuditLine.action, AuditLine.fields).order_by(AuditLine.id)
            ).all()
        assert [tuple(line) for line in lines] == [
            ("user.registered", []),
            ("user.verified", []),
            ("user.profile_changed", ["country", "given_name"]),
        ]


def test_a_code_used_twice_at_once_is_used_once(app: Flask, newcomer: Client, queued_mail: Mailbox) -> None:
    secret = secret_in(queued_mail()[0])
    with app.app_context():
        code = codes.get_code(codes.CodePurpose.VERIFY, secret)
        codes.use_code(code)
        with pytest.raises(codes.LinkExpired):
            codes.use_code(code)


def test_a_session_opened_by_a_password_just_replaced_is_refused(app: Flask, newcomer: Client) -> None:
    with app.app_context():
        user = accounts.authenticate(email=EMAIL, password=PASSWORD)
        secret = sessions.open_cookie(user)
        sessions.revoke_all(user)
        assert sessions.find_by_cookie(secret) is None
