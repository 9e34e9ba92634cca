"""What holds at every door, whatever stands behind it: where a request comes from, what a browser may keep of the answer.

The tests walk over the route table by themselves.
"""

import re
from typing import Any

import pytest
from app.events.models import Event
from app.organisations.factories import make_member
from app.organisations.models import Organisation
from app.routes import Route
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from flask import Flask
from sqlalchemy import text
from testing_world import World, fill, make_world, routes

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:9999"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "null"},
    {"Origin": "http://[evil"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
]
# What anybody may keep: the same for all, and nothing that changes in secret.
MAY_BE_KEPT = ("/theme/", "/events/<event_key>/dates.ics")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def name_of(route: Any) -> str | None:
    return f"{route[0]} {route[1]}" if isinstance(route, tuple) else None


def pages(*methods: str) -> list[Route]:
    return [route for route in routes() if not route[1].startswith("/api/") and route[0] in methods]


@pytest.fixture
def world(app: Flask, organisation: Organisation, event: Event, alice: Client) -> World:
    """What alice has to do with: she organises the event and owns its organisation."""
    with app.app_context():
        make_member(organisation, alice.user)
        made = make_world(organisation, event)
        db.session.commit()
    return made


def address_of(app: Flask, route: Route, world: World) -> str:
    with app.app_context():
        address = fill(route[1], world)
        db.session.commit()
    return address


class TestForgery:
    @pytest.fixture(autouse=True)
    def checked(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = True

    @pytest.mark.parametrize("route", pages("POST", "PUT", "PATCH", "DELETE"), ids=name_of)
    def test_no_page_takes_what_another_site_sends(
        self, app: Flask, route: Route, world: World, alice: Client
    ) -> None:
        address = address_of(app, route, world)
        found = TOKEN.search(alice.get("/account").text)
        assert found is not None
        token = {"X-CSRFToken": found[1]}
        for headers in FOREIGN:
            assert alice.post(address, headers={**headers, **token}).status_code == 403, headers
        for without in ({}, {"X-CSRFToken": "x"}, {"X-CSRFToken": "é"}, {"X-CSRFToken": found[1][:-4]}):
            assert alice.post(address, headers=without).status_code == 403, without

    def test_no_two_pages_show_the_same_token_and_both_are_good(self, alice: Client) -> None:
        tokens = [TOKEN.search(alice.get("/account").text) for _ in range(2)]
        one, other = [found[1] for found in tokens if found is not None]
        assert one != other
        for token in (one, other):
            answer = alice.post("/account", data={"given_name": "Alice", "csrf_token": token})
            assert answer.status_code == 303

    def test_no_header_and_no_parameter_changes_the_method(self, alice: Client) -> None:
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            assert alice.get("/sign-out?_method=POST", headers={name: "POST"}).status_code == 405
        assert alice.get("/home").status_code == 200


class TestWhatBrowsersKeep:
    @pytest.mark.parametrize("route", [route for route in routes() if route[0] == "GET"], ids=name_of)
    def test_nothing_private_is_kept_on_the_way_or_in_the_browser(
        self, app: Flask, route: Route, world: World, alice: Client
    ) -> None:
        address = address_of(app, route, world)
        answer = alice.get(address, buffered=True)
        if not route[1].startswith(MAY_BE_KEPT):
            assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("route", [route for route in routes() if route[0] == "GET"], ids=name_of)
    def test_asking_for_the_head_or_the_options_is_harmless(
        self, app: Flask, route: Route, world: World, alice: Client
    ) -> None:
        address = address_of(app, route, world)
        head = alice.head(address, buffered=True)
        assert head.data == b""
        assert head.status_code == alice.get(address, buffered=True).status_code
        assert alice.options(address).status_code == 200
        assert alice.open(address, method="TRACE").status_code == 405
        assert alice.open(address, method="PROPFIND").status_code == 405

    def test_over_https_browsers_are_told_to_stay_there(self, app: Flask, anonymous: Client) -> None:
        assert "Strict-Transport-Security" not in anonymous.get("/").headers
        app.config["SECURE_COOKIES"] = True
        assert "max-age=" in anonymous.get("/").headers["Strict-Transport-Security"]


class TestOtherSites:
    def test_may_call_the_api_but_never_as_the_person_in_the_browser(self, alice: Client) -> None:
        headers = {"Origin": "https://evil.example"}
        answer = alice.get("/api/v1/events", headers=headers)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        # The cookie is there, and says nothing to the API.
        assert alice.get("/api/v1/user", headers={**headers, "Authorization": ""}).status_code == 401

    @pytest.mark.parametrize("route", pages("GET"), ids=name_of)
    def test_may_not_read_pages(self, app: Flask, route: Route, world: World, alice: Client) -> None:
        answer = alice.get(address_of(app, route, world), headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


class TestTokens:
    def test_are_read_from_the_header_alone(self, alice: Client, anonymous: Client) -> None:
        token = alice.token
        for query in (f"token={token}", f"access_token={token}", f"Authorization={token}", f"jwt={token}"):
            assert anonymous.get(f"/api/v1/user?{query}").status_code == 401
        anonymous.set_cookie("token", token)
        anonymous.set_cookie("Authorization", token)
        anonymous.set_cookie("marula_session", token)
        assert anonymous.get("/api/v1/user").status_code == 401
        assert anonymous.get("/home").status_code == 302
        for name in ("X-Auth-Token", "X-Access-Token", "Proxy-Authorization", "X-Authorization"):
            assert anonymous.get("/api/v1/user", headers={name: f"Bearer {token}"}).status_code == 401
        assert anonymous.get("/api/v1/user", headers={"Authorization": token}).status_code == 200


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "localhost.evil.example",
            "localhost:80@evil.example",
            "evil.example:80",
            "localhost/",
            "localhost\\",
            "localhost:999999",
            "",
            "é",
        ],
    )
    def test_we_answer_to_our_own_names_only(self, anonymous: Client, host: str) -> None:
        for path in ("/sign-in", "/api/v1/events", "/static/marula.css"):
            answer = anonymous.get(path, headers={"Host": host})
            assert answer.status_code == 400
            assert "evil" not in answer.text

    def test_nothing_that_a_request_says_ends_up_in_a_mailed_link(
        self, app: Flask, anonymous: Client, queued_mail: Any
    ) -> None:
        app.config["ALLOWED_HOSTS"] = ("evil.example",)
        forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        headers = {"Host": "evil.example", **forwarded, "Referer": "https://evil.example/"}
        person = {"email": "dora@example.org", "password": "a fine long password"}
        assert anonymous.post("/api/v1/user", json=person, headers=headers).status_code == 201
        [message] = queued_mail()
        assert f"{app.config['PUBLIC_URL']}/verify/" in message.text
        assert "evil" not in message.text + message.html


class TestWhoHasAnAccount:
    def test_is_not_told_to_whoever_may_invite(
        self, app: Flask, organisation: Organisation, event: Event, alice: Client, queued_mail: Any
    ) -> None:
        with app.app_context():
            make_member(organisation, alice.user)
            make_user(email="known@example.org", given_name="Zebedee", family_name="Quux")
            db.session.commit()
        answers = []
        for email in ("known@example.org", "nobody@example.org"):
            for path, role in (
                (f"/api/v1/events/{event.key}/role-invitations", {"role": "viewer"}),
                (f"/api/v1/events/{event.key}/invited-guests", {"role": "speaker"}),
                (f"/api/v1/organisations/{organisation.key}/invitations", {"role": "admin"}),
            ):
                answer = alice.post(path, json={"email": email, **role})
                shown = {key: value for key, value in answer.json.items() if key != "id"}
                text = queued_mail()[-1].text + alice.get(path).text
                answers.append((answer.status_code, sorted(shown), "Zebedee" in text))
        assert answers[:3] == answers[3:]
        assert not any(told for _status, _fields, told in answers)


class TestLooking:
    @pytest.mark.parametrize("route", [route for route in routes() if route[0] == "GET"], ids=name_of)
    def test_changes_nothing(
        self, app: Flask, route: Route, world: World, alice: Client, anonymous: Client
    ) -> None:
        """Neither by GET nor by HEAD: a mail program that opens each link, or a browser that looks ahead, does no harm."""
        address = address_of(app, route, world)
        before = read_rows(app)
        for client in (alice, anonymous, sign_in_client(app, world.person)):
            before |= {"sessions": read_rows(app)["sessions"]}
            client.get(address, buffered=True)
            client.head(address, buffered=True)
            assert read_rows(app) == before


def read_rows(app: Flask) -> dict[str, list[str]]:
    """All rows of all tables, each as one text."""
    names = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    with app.app_context():
        return {
            name: sorted(db.session.scalars(text(f'SELECT t::text FROM "{name}" t')))  # noqa: S608
            for name in db.session.scalars(names)
        }
