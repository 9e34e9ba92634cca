"""Nothing that people type becomes markup, a script or a formula: not on a page, not in a message, not in a table."""

import csv
import io
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from app.applications.factories import LITTLE_FORM
from app.applications.models import Application
from app.emails import services as emails
from app.emails.models import Message
from app.emails.services.delivery import Outgoing
from app.emails.transport import to_email
from app.events.factories import make_event, make_role
from app.events.models import Event
from app.forms.models import FormVersion, Response
from app.forms.services.compiling import fingerprint
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState, InvitedGuest
from app.organisations.factories import make_organisation
from app.routes import DEVELOPMENT, PAGES, Route
from app.users.factories import make_user
from app.users.models import User
from app.users.services import sessions
from app.utils.database import db
from app.utils.testing import sign_in_client
from flask import Flask
from markupsafe import escape
from sqlalchemy import update
from testing_world import PROBES, World, fill, make_world

EVIL = "\"'`><xss-1 onclick=alert(1)>&lt;{{7*7}}{%if%}%(x)s"
RICH = f"{EVIL}\n\n<xss-2>\n\n[go](javascript:alert(1)) [go](data:text/html,x) ![x](https://evil.example/p.png)\n\n# {EVIL}"
FORMULAS = ("=HYPERLINK(A1)", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0")
SCHEMES = {"", "http", "https", "mailto", "webcal"}
ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "srcset", "ping", "xlink:href"}


class Watcher(HTMLParser):
    """Collects what a page must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag.startswith("xss") or tag in ("object", "embed", "applet"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not found.get("src", "").startswith("/static/"):
            self.faults.append("an inline script")
        if tag == "style":
            self.faults.append("an inline style")
        for name, value in found.items():
            if name.startswith("on") or name in ("style", "srcdoc") or "xss" in name:
                self.faults.append(f"{tag} {name}={value}")
            if name in ADDRESSES and urlsplit(value.strip()).scheme.lower() not in SCHEMES:
                self.faults.append(f"{tag} {name}={value}")
            if name in ("src", "data", "poster") and "evil.example" in value:
                self.faults.append(f"{tag} {name}={value}")


def faults_of(html: str, *, may_style: bool = False) -> list[str]:
    watcher = Watcher()
    watcher.feed(html)
    watcher.close()
    allowed = ("an inline style",) if may_style else ()
    return [
        fault for fault in watcher.faults if fault not in allowed and not (may_style and " style=" in fault)
    ]


def evil_form(words: str) -> dict[str, Any]:
    """The little form with every text replaced."""

    def turn(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            is_text = bool(value) and set(value) <= {"en", "fr"}
            return {name: words if is_text else turn(part, name) for name, part in value.items()}
        return [turn(part, key) for part in value] if isinstance(value, list) else value

    form: dict[str, Any] = turn(LITTLE_FORM)
    form["intro"] = form["sections"][0]["intro"] = {"en": RICH}
    form["sections"][0]["questions"].append(
        {"key": "words", "type": "information", "label": {"en": EVIL}, "text": {"en": RICH}}
    )
    form["sections"][0]["questions"][0] |= {"help": {"en": EVIL}, "placeholder": {"en": EVIL}}
    return form


@pytest.fixture
def event(app: Flask) -> Event:
    """An event, and an organisation, in which every text is evil."""
    with app.app_context():
        organisation = make_organisation(name=EVIL, privacy_policy={"en": RICH})
        made = make_event(
            organisation,
            titles={"en": EVIL},
            summaries={"en": EVIL},
            descriptions={"en": RICH},
            facts=[
                {"kind": kind, "title": {"en": EVIL}, "text": {"en": EVIL}} for kind in ("place", "costs")
            ],
            place=EVIL,
            guest_roles=[{"key": "speaker", "label": {"en": EVIL}}],
        )
        db.session.commit()
    return made


class EvilWorld(World):
    """The world, and the person of its application."""

    applicant: User


@pytest.fixture
def world(app: Flask, event: Event) -> EvilWorld:
    """Everybody in it has an evil name, and has written evil things."""
    with app.app_context():
        world = EvilWorld(**vars(make_world(event.organisation, event)))
        world.applicant = db.session.get_one(User, world.application.user_id)
        make_guest(event, email="answered@example.org", state=GuestState.DECLINED)
        spoil(EVIL)
        sessions.open_cookie(world.owner, user_agent=EVIL, address="192.0.2.1")
        emails.queue("event_cancelled", to=world.person, language="en", event=event, name=EVIL, note=EVIL)
        db.session.commit()
    client = sign_in_client(app, world.applicant)
    assert client.post(f"/api/v1/events/{event.key}/applications/mine/draft").status_code == 200
    return world


def spoil(words: str) -> None:
    """Put the words wherever people, applications, guests and forms have text."""
    person = dict.fromkeys(("title", "given_name", "family_name", "affiliation"), words)
    db.session.execute(update(User).values(**person))
    db.session.execute(update(Application).values(applicant_name=words, affiliation=words))
    db.session.execute(update(InvitedGuest).values(name=words, note=words, decline_reason=words))
    document = evil_form(words)
    db.session.execute(update(FormVersion).values(document=document, fingerprint=fingerprint(document)))
    answers = dict.fromkeys(("given_name", "family_name", "affiliation", "project"), words)
    answers |= {"country": "KE", "needs_grant": False}
    db.session.execute(update(Response).values(answers=answers))


def pages() -> list[Route]:
    return [route for route in PAGES + DEVELOPMENT if route[0] == "GET" and route[1] not in PROBES]


def name_of(route: Any) -> str | None:
    return f"{route[0]} {route[1]}" if isinstance(route, tuple) else None


SHOWN = quote(EVIL)
QUERY = f"q={SHOWN}&next=/{SHOWN}&sort={SHOWN}&state={SHOWN}&order={SHOWN}&role={SHOWN}&lang={SHOWN}"


class TestPages:
    @pytest.mark.parametrize("route", pages(), ids=name_of)
    def test_show_what_people_typed_as_they_typed_it(
        self, app: Flask, route: Route, world: EvilWorld
    ) -> None:
        with app.app_context():
            owner, applicant = world.owner, world.applicant
            address = fill(route[1], world)
            make_role(world.event, owner)
            db.session.commit()
        for client in (sign_in_client(app, owner), sign_in_client(app, applicant), app.test_client()):
            for query in ("", f"?{QUERY}", f"?q={SHOWN}"):
                answer = client.get(address + query, buffered=True)
                if answer.mimetype == "text/html":
                    assert faults_of(answer.text, may_style=route in DEVELOPMENT) == [], address

    @pytest.mark.parametrize("route", [route for route in PAGES if route[0] != "GET"], ids=name_of)
    def test_show_a_refused_form_again_without_harm(self, app: Flask, route: Route, world: EvilWorld) -> None:
        names = [
            "email",
            "password",
            "name",
            "role",
            "next",
            "query",
            "reason",
            "note",
            "subject",
            "body",
            "table",
        ]
        names += [
            "given_name",
            "titles.en",
            "summaries.en",
            "descriptions.en",
            "place",
            "key",
            "colour",
            "words",
        ]
        view = route[2]
        form = getattr(view, "form", None)
        names += list(form.model_fields) if form else []
        with app.app_context():
            owner, applicant = world.owner, world.applicant
            address = fill(route[1], world)
            make_role(world.event, owner)
            db.session.commit()
        for client in (sign_in_client(app, owner), sign_in_client(app, applicant)):
            answer = client.post(address, data=dict.fromkeys(names, EVIL))
            assert answer.status_code < 500
            if answer.mimetype == "text/html":
                assert faults_of(answer.text) == [], address

    def test_the_evil_words_are_really_there(self, app: Flask, world: EvilWorld) -> None:
        with app.app_context():
            make_role(world.event, world.owner)
            db.session.commit()
        organiser = sign_in_client(app, world.owner)
        applicant = sign_in_client(app, world.applicant)
        key = world.event.key
        shown = str(escape(EVIL))
        for client, address in (
            (organiser, f"/events/{key}/overview"),
            (organiser, f"/events/{key}/applications"),
            (organiser, f"/events/{key}/applications/{world.application.number}"),
            (organiser, f"/events/{key}/invited-guests"),
            (organiser, f"/events/{key}/form"),
            (applicant, f"/events/{key}"),
            (applicant, f"/events/{key}/apply/sections/you"),
            (applicant, f"/events/{key}/apply/check"),
            (applicant, "/account"),
        ):
            assert shown in client.get(address).text, address

    def test_the_watcher_sees(self) -> None:
        for html in (
            "<xss-1>",
            "<p onclick=alert(1)>",
            "<a href='javascript:alert(1)'>",
            "<a href=' JavaScript:alert(1)'>",
            "<script>alert(1)</script>",
            "<form action='data:x'>",
            "<img src='https://evil.example/p.png'>",
            "<p style='x'>",
        ):
            assert len(faults_of(html)) == 1, html


class TestMessages:
    def test_carry_what_people_typed_as_they_typed_it(
        self, app: Flask, world: EvilWorld, queued_mail: Callable[[], list[Message]]
    ) -> None:
        assert len(queued_mail()) > 1
        for message in queued_mail():
            assert faults_of(message.html, may_style=True) == []
            assert "\n" not in message.subject

    @pytest.mark.parametrize(
        "field",
        [
            "{{ ''.__class__ }}",
            "{{ name.__class__.__mro__ }}",
            "{{ config }}",
            "{{ name|attr('x') }}",
            "{{ self }}",
            "{% for x in (1,) %}x{% endfor %}",
            "{{ 7*7 }}",
            "{{ request }}",
            "{{ cycler.__init__.__globals__ }}",
            "{{name}}{{ link.__doc__ }}",
            "${7*7} <%= 7*7 %> #{7*7}",
        ],
    )
    def test_texts_of_organisers_can_name_fields_and_nothing_else(
        self, app: Flask, event: Event, field: str
    ) -> None:
        with app.app_context():
            organiser = make_role(event, make_user()).user
            db.session.commit()
        client = sign_in_client(app, organiser)
        path = f"/api/v1/events/{event.key}/message-templates/guest_invitation/en"
        text = {"subject": "Hello", "body": f"Dear {field}\n\n<xss-1>\n\n[Answer]({{{{ link }}}})"}
        answer = client.post(f"{path}/preview", json=text)
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            shown = answer.json["html"]
            assert not re.search(r"\b49\b|class 'str'|xx", answer.json["text"]), answer.json["text"]
            assert faults_of(shown, may_style=True) == []

    def test_no_name_and_no_text_adds_a_header(self) -> None:
        trick = "Hello\r\nBcc: everybody@example.org\r\n\r\n<b>"
        message = Outgoing(
            id=1,
            message_id="<1@example.org>",
            to_address="ada@example.org",
            sender_name=trick,
            reply_to="office@example.org",
            language="en",
            subject=" ".join(trick.split()),
            text="Text",
            html="<p>Text</p>",
            attempts=0,
        )
        wire = to_email(message, "noreply@example.org")
        assert wire["Bcc"] is None
        parsed = message_from_bytes(wire.as_bytes(policy=SMTP))
        assert parsed["Bcc"] is None
        assert [name.lower() for name in parsed.keys()].count("to") == 1  # noqa: SIM118


class TestTables:
    @pytest.mark.parametrize("name", ["applications.csv", "invited-guests.csv"])
    @pytest.mark.parametrize("words", [*FORMULAS])
    def test_hold_no_formulas(self, app: Flask, world: EvilWorld, name: str, words: str) -> None:
        with app.app_context():
            spoil(words)
            make_role(world.event, world.owner)
            db.session.commit()
        client = sign_in_client(app, world.owner)
        for prefix in ("", "/api/v1"):
            answer = client.get(f"{prefix}/events/{world.event.key}/{name}", buffered=True)
            rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert len(rows) > 1
            cells = [cell for row in rows for cell in row]
            assert any(words.strip() in cell for cell in cells)
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
