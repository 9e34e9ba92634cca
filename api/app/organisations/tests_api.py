"""Organisations: the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.emails.models import Message
from app.organisations.factories import make_member, make_organisation
from app.organisations.models import Organisation
from app.organisations.services import invitations
from app.organisations.tests import code_of
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.testing import Client, count_queries, sign_in_client
from app.utils.time import now

Mail = Callable[[], list[Message]]


@pytest.fixture
def boss(app: Flask, organisation: Organisation) -> Client:
    """A client that is an owner of `organisation`."""
    with app.app_context():
        user = make_member(
            organisation, make_user("boss@example.org", given_name="Bo", family_name="Ss")
        ).user
        db.session.commit()
    return sign_in_client(app, user)


def test_a_whole_organisation(app: Flask, charlie: Client, queued_mail: Mail) -> None:
    with app.app_context():
        admin = make_user(is_admin=True)
        db.session.commit()
    client = sign_in_client(app, admin)
    created = client.post(
        "/api/v1/organisations",
        json={"key": "lakeside", "name": " Lakeside ", "contact_email": "office@lakeside.example"},
    )
    assert created.status_code == 201
    assert created.json["name"] == "Lakeside"
    assert created.json["languages"] == ["en"]
    at = "/api/v1/organisations/lakeside"
    changed = client.patch(at, json={"colour": "#C2600F", "currency": "kes", "mark": "lake"})
    assert (changed.json["colour"], changed.json["currency"], changed.json["mark"]) == (
        "#C2600F",
        "KES",
        "lake",
    )
    assert changed.json["contact_email"] == "office@lakeside.example", "what is not sent stays"
    invited = client.post(f"{at}/invitations", json={"email": "charlie@example.org", "role": "owner"})
    assert invited.status_code == 201
    assert "secret" not in invited.text
    joined = charlie.post("/api/v1/join", json={"code": code_of(queued_mail()[-1])})
    assert joined.json == {"organisation_key": "lakeside", "role": "owner"}
    assert charlie.get("/api/v1/organisations").json["data"] == [
        {"key": "lakeside", "name": "Lakeside", "role": "owner"}
    ]
    listed = charlie.get(f"{at}/members").json
    assert listed["page"]["total"] == 2
    ours = next(row for row in listed["data"] if row["user_id"] == admin.id)
    assert charlie.patch(f"{at}/members/{ours['id']}", json={"role": "admin"}).json["role"] == "admin"
    assert charlie.delete(f"{at}/members/{ours['id']}").status_code == 204
    assert client.get(at).status_code == 404, "a role that is taken acts at once"
    history = charlie.get(f"{at}/history").json["data"]
    assert history[0]["action"] == "member.removed"
    assert history[0]["sentence"] == "removed a member"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"key": "New Key"}, "key"),
        ({"key": "new"}, "key"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"languages": ["tlh"]}, "languages"),
        ({"languages": []}, "languages"),
        ({"colour": "red"}, "colour"),
        ({"currency": "XXY"}, "currency"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"mark": "../secret"}, "mark"),
        ({"privacy_policy": {"xx": "?"}}, "privacy_policy"),
        ({"privacy_policy": {"en": 1}}, "privacy_policy.en"),
        ({"privacy_policy": {"en": "a\u0000b"}}, "privacy_policy"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(app: Flask, sent: dict[str, Any], field: str) -> None:
    with app.app_context():
        admin = make_user(is_admin=True)
        db.session.commit()
    client = sign_in_client(app, admin)
    body = {"key": "lakeside", "name": "Lakeside", "contact_email": "a@example.org", **sent}
    response = client.post("/api/v1/organisations", json=body)
    assert response.status_code == 400
    assert field in {error["field"] for error in response.json["errors"]}


def test_null_does_not_empty_what_must_be_there(boss: Client, organisation: Organisation) -> None:
    for field in ("name", "contact_email", "languages", "website", "currency", "privacy_policy"):
        response = boss.patch(f"/api/v1/organisations/{organisation.key}", json={field: None})
        assert response.status_code == 400, field


def test_the_declared_refusals(boss: Client, organisation: Organisation, queued_mail: Mail) -> None:
    at = f"/api/v1/organisations/{organisation.key}"
    [own] = boss.get(f"{at}/members").json["data"]
    assert boss.delete(f"{at}/members/{own['id']}").json["type"] == "/problems/last-owner"
    assert boss.patch(f"{at}/members/{own['id']}", json={"role": "admin"}).status_code == 409
    assert boss.delete(f"{at}/members/999999").status_code == 404
    person = {"email": "new@example.org"}
    invitation = boss.post(f"{at}/invitations", json=person).json
    assert boss.post(f"{at}/invitations", json=person).json["type"] == "/problems/already-invited"
    taken = boss.post(f"{at}/invitations", json={"email": "boss@example.org"})
    assert taken.json["type"] == "/problems/already-member"
    assert boss.post("/api/v1/join", json={"code": "nonsense"}).status_code == 404
    joined = boss.post("/api/v1/join", json={"code": code_of(queued_mail()[-1])})
    assert joined.json["type"] == "/problems/already-member"
    with time_machine.travel(now() + timedelta(days=13)):
        assert boss.post(f"{at}/invitations/{invitation['id']}/resend").status_code == 200
    assert boss.delete(f"{at}/invitations/{invitation['id']}").status_code == 204
    assert boss.delete(f"{at}/invitations/{invitation['id']}").status_code == 404


def test_lists_cost_the_same_for_one_and_for_three(
    app: Flask, boss: Client, organisation: Organisation
) -> None:
    paths = [f"/organisations/{organisation.key}/{rest}" for rest in ("members", "invitations", "events")]
    paths = ["/organisations", f"/organisations/{organisation.key}/history", *paths]

    def count(path: str) -> int:
        with count_queries() as queries:
            assert boss.get(f"/api/v1{path}").status_code == 200
        return len(queries)

    boss.post(f"/api/v1/organisations/{organisation.key}/invitations", json={"email": "one@example.org"})
    before = [count(path) for path in paths]
    with app.app_context():
        for number in range(3):
            make_member(organisation)
            make_member(make_organisation(), db.session.get(User, boss.user.id))
            invitations.invite(boss.user, organisation, email=f"more{number}@example.org")
        db.session.commit()
    assert [count(path) for path in paths] == before
    assert max(before) <= 6


def test_pages_of_a_list_follow_each_other(app: Flask, boss: Client, organisation: Organisation) -> None:
    with app.app_context():
        for _number in range(4):
            make_member(organisation)
        db.session.commit()
    seen, number = [], 1
    while number:
        answer = boss.get(f"/api/v1/organisations/{organisation.key}/members?per_page=2&page={number}").json
        seen += [row["id"] for row in answer["data"]]
        number = answer["page"]["next"]
    assert len(seen) == len(set(seen)) == 5
