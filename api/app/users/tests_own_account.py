"""One's own account: where it is signed in, erasing it, who administers, what the history says of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditLine
from app.users.factories import make_user
from app.users.models import Attempt, Code, User, UserSession
from app.users.services import accounts, administrators, sessions
from app.users.services.passwords import WeakPassword
from app.users.signals import erasing_user, user_erased
from app.users.testing import EMAIL, NEW, PASSWORD, Mailbox, can_sign_in, secret_in, status
from app.utils.database import db
from app.utils.errors import Conflict
from app.utils.testing import Client, sign_in_client
from app.utils.time import now


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
        assert len(few) == len(many) == 2

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


def test_a_session_opened_by_a_password_just_replaced_is_refused(app: Flask, newcomer: Client) -> None:
    with app.app_context():
        user = accounts.authenticate(email=EMAIL, password=PASSWORD)
        secret = sessions.open_cookie(user)
        sessions.revoke_all(user)
        assert sessions.find_by_cookie(secret) is None
