"""An erased account: the whole database is read afterwards, and nothing in it says who that was."""

from collections.abc import Callable
from typing import Any

import pytest
from app.applications.factories import make_application_form
from app.decisions.models import Verdict
from app.emails import services as emails
from app.events.models import Event
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState
from app.organisations.factories import make_member
from app.organisations.models import Organisation
from app.utils.database import db
from app.utils.testing import Client
from flask import Flask
from sqlalchemy import text

PASSWORD = "a fine long password"
EMAIL = "zebedee.quux@personal.example"
WORDS = ("zebedee", "quuxington", "university of zanzibar", "personal.example", "zanzibarian octopuses")
TABLES = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
)


def read_everything(app: Flask) -> dict[str, list[str]]:
    """All rows of all tables, each as one text in small letters."""
    with app.app_context():
        names = db.session.scalars(TABLES).all()
        return {
            name: [row.lower() for row in db.session.scalars(text(f'SELECT t::text FROM "{name}" t'))]  # noqa: S608
            for name in names
        }


def find_traces(app: Flask, *more: str) -> list[tuple[str, str]]:
    return [
        (table, row[:300])
        for table, rows in read_everything(app).items()
        for row in rows
        if any(word in row for word in (*WORDS, *more))
    ]


@pytest.fixture
def zebedee(  # noqa: PLR0917
    app: Flask,
    organisation: Organisation,
    event: Event,
    alice: Client,
    queued_mail: Callable[[], list[Any]],
    run_jobs: Callable[[], int],
) -> Client:
    """Somebody who has left traces in every package."""
    with app.app_context():
        make_application_form(event)
        make_member(organisation, alice.user)
        db.session.commit()
    client = app.test_client()
    assert isinstance(client, Client)
    agent = {"User-Agent": "Quuxington Browser 1.0"}
    made = client.post("/api/v1/user", json={"email": EMAIL, "password": PASSWORD}, headers=agent).json
    client.token = made["token"]
    [code] = [message.secret for message in queued_mail() if message.template == "verify_address"]
    assert client.post(f"/api/v1/verifications/{code.rpartition('/')[2]}", json={}).status_code == 204
    profile = {
        "given_name": "Zebedee",
        "family_name": "Quuxington",
        "affiliation": "University of Zanzibar",
        "country": "TZ",
    }
    assert client.patch("/api/v1/user", json=profile).status_code == 200
    run_jobs()
    return client


def leave_traces(client: Client, alice: Client, event: Event) -> None:
    path = f"/api/v1/events/{event.key}"
    assert client.post(f"{path}/applications").status_code == 201
    answers = {
        "given_name": "Zebedee",
        "family_name": "Quuxington",
        "country": "TZ",
        "affiliation": "University of Zanzibar",
        "project": "Zanzibarian octopuses.",
        "needs_grant": False,
    }
    saved = client.patch(f"{path}/applications/mine/answers", json={"save_id": "s1", "answers": answers})
    assert saved.status_code == 200, saved.text
    assert client.post(f"{path}/applications/mine/submission").status_code == 200
    assert client.post(f"{path}/applications/mine/draft").status_code == 200
    again = {"save_id": "s2", "answers": {"project": "More zanzibarian octopuses."}}
    client.patch(f"{path}/applications/mine/answers", json=again)
    number = alice.get(f"{path}/applications").json["data"][0]["number"]
    drafted = alice.put(f"{path}/decisions", json={"applications": [number], "verdict": Verdict.ACCEPT.value})
    assert drafted.status_code == 200, drafted.text
    released = alice.post(f"{path}/releases", json={"expected": 1})
    assert released.status_code == 201, released.text
    guest = {"email": EMAIL, "name": "Prof. Zebedee Quuxington", "role": "speaker", "note": "Zebedee is late"}
    assert alice.post(f"{path}/invited-guests", json=guest).status_code == 201
    role = {"email": EMAIL, "role": "viewer"}
    assert alice.post(f"{path}/role-invitations", json=role).status_code == 201
    member = {"email": EMAIL, "role": "admin"}
    invited = alice.post(f"/api/v1/organisations/{event.organisation.key}/invitations", json=member)
    assert invited.status_code == 201
    assert client.post("/api/v1/password-resets", json={"email": EMAIL}).status_code == 204
    wrong = {"email": EMAIL, "password": "not the right one"}
    assert client.post("/api/v1/authenticate", json=wrong).status_code == 401
    change = {"email": "new.quuxington@personal.example", "password": PASSWORD}
    assert client.post("/api/v1/user/address", json=change).status_code == 204


class TestErasure:
    def test_leaves_nothing_that_says_who_it_was(
        self,
        app: Flask,
        event: Event,
        alice: Client,
        zebedee: Client,
        run_jobs: Callable[[], int],
    ) -> None:
        leave_traces(zebedee, alice, event)
        assert {"users", "responses", "applications", "messages", "invited_guests"} <= {
            table for table, _row in find_traces(app)
        }
        assert zebedee.post("/api/v1/user/erasure", json={"password": PASSWORD}).status_code == 204
        assert find_traces(app) == []
        # Neither do the jobs that were waiting bring anything back.
        run_jobs()
        assert find_traces(app) == []
        assert zebedee.get("/api/v1/user").status_code == 401

    def test_reaches_what_went_to_other_addresses_of_theirs(
        self,
        app: Flask,
        event: Event,
        zebedee: Client,
        queued_mail: Callable[[], list[Any]],
    ) -> None:
        other = "z@elsewhere.personal.example"
        with app.app_context():
            guest = make_guest(event, email=other, name="Zebedee Q", secret="a secret link")
            zebedee_id = zebedee.get("/api/v1/user").json["id"]
            guest.user_id, guest.state = zebedee_id, GuestState.ACCEPTED
            greeting = {"to": other, "language": "en", "event": event}
            emails.queue("guest_removed", name="Zebedee Q", role="speaker", note="", **greeting)
            db.session.commit()
        change = {"email": "new.quuxington@personal.example", "password": PASSWORD}
        assert zebedee.post("/api/v1/user/address", json=change).status_code == 204
        secret = queued_mail()[-1].secret.rpartition("/")[2]
        assert zebedee.post(f"/api/v1/user/address/{secret}").status_code == 204
        assert zebedee.post("/api/v1/user/erasure", json={"password": PASSWORD}).status_code == 204
        assert find_traces(app, "zebedee q") == []

    def test_what_is_counted_stays(self, app: Flask, event: Event, alice: Client, zebedee: Client) -> None:
        leave_traces(zebedee, alice, event)
        before = {table: len(rows) for table, rows in read_everything(app).items()}
        assert zebedee.post("/api/v1/user/erasure", json={"password": PASSWORD}).status_code == 204
        after = {table: len(rows) for table, rows in read_everything(app).items()}
        for table in ("users", "applications", "responses", "messages", "invited_guests", "decisions"):
            assert after[table] == before[table], table
        page = alice.get(f"/events/{event.key}/applications")
        assert page.status_code == 200

    def test_the_address_is_free_again_and_finds_nothing(
        self, event: Event, alice: Client, zebedee: Client, app: Flask
    ) -> None:
        leave_traces(zebedee, alice, event)
        assert zebedee.post("/api/v1/user/erasure", json={"password": PASSWORD}).status_code == 204
        again = app.test_client()
        assert isinstance(again, Client)
        answer = again.post("/api/v1/user", json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 201
        again.token = answer.json["token"]
        assert again.get(f"/api/v1/events/{event.key}/applications/mine").status_code == 404
        assert again.get(f"/api/v1/events/{event.key}/people").status_code == 403


def test_a_guest_who_has_no_account_is_not_touched_by_anothers_erasure(
    app: Flask, event: Event, zebedee: Client
) -> None:
    with app.app_context():
        guest = make_guest(event, email="somebody@example.org", name="Somebody Else")
        db.session.commit()
    assert zebedee.post("/api/v1/user/erasure", json={"password": PASSWORD}).status_code == 204
    assert any("somebody else" in row for row in read_everything(app)["invited_guests"]), guest.id
