"""Events: the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.events.services import invitations
from app.events.tests import code_of
from app.organisations.factories import make_member
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, count_queries, sign_in_client
from app.utils.time import now

Mail = Callable[[], list[Message]]
WHOLE: dict[str, Any] = {
    "key": "lakeside-2027",
    "kind": "summer-school",
    "languages": ["en", "fr"],
    "titles": {"en": "Lakeside Summer School 2027", "fr": "École d’été de Lakeside 2027"},
    "summaries": {"en": "Two weeks."},
    "descriptions": {"en": "# What you will do\n\nLearn."},
    "facts": [{"kind": "costs", "title": {"en": "Free to attend"}, "text": {"en": "Travel paid"}}],
    "guest_roles": [{"key": "speaker", "label": {"en": "Speaker"}}],
    "place": "Kisumu, Kenya",
    "time_zone": "Africa/Nairobi",
    "starts_on": "2027-07-05",
    "ends_on": "2027-07-16",
    "places": 160,
    "cover": "hills",
    "contact_email": "school@lakeside.example",
    "phases": {"application": {"opens_at": "2027-01-11T00:00", "closes_at": "2027-03-05T23:59"}},
}


@pytest.fixture
def owner(app: Flask, organisation: Organisation) -> Client:
    """A client that is an owner of `organisation`."""
    with app.app_context():
        user = make_member(organisation, make_user("owner@example.org")).user
        db.session.commit()
    return sign_in_client(app, user)


class TestEvents:
    def test_everything_that_is_sent_comes_back(
        self, owner: Client, anonymous: Client, organisation: Organisation
    ) -> None:
        created = owner.post(f"/api/v1/organisations/{organisation.key}/events", json=WHOLE)
        assert created.status_code == 201
        for name, value in WHOLE.items():
            if name != "phases":
                assert created.json[name] == value, name
        assert created.json["phases"] == {
            "application": {"opens_at": "2027-01-10T21:00:00Z", "closes_at": "2027-03-05T21:00:00Z"}
        }
        assert (created.json["state"], created.json["number_prefix"]) == ("draft", "LSS27")
        at = "/api/v1/events/lakeside-2027"
        assert anonymous.get(at).status_code == 404
        assert owner.post(f"{at}/state", json={"state": "published"}).json["state"] == "published"
        assert anonymous.get(at).json["titles"] == WHOLE["titles"]
        listed = anonymous.get("/api/v1/events").json
        assert [row["key"] for row in listed["data"]] == ["lakeside-2027"]

    def test_patch_changes_only_what_is_sent(self, alice: Client, event: Event) -> None:
        at = f"/api/v1/events/{event.key}"
        before = alice.get(at).json
        after = alice.patch(at, json={"place": "Nakuru"}).json
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"place", "updated_at"}

    def test_a_phase_is_taken_away_by_null(self, alice: Client, event: Event) -> None:
        at = f"/api/v1/events/{event.key}"
        review = {"opens_at": "2027-04-01T00:00", "closes_at": "2027-04-30T23:59"}
        assert set(alice.patch(at, json={"phases": {"review": review}}).json["phases"]) == {
            "application",
            "review",
        }
        assert set(alice.patch(at, json={"phases": {"application": None}}).json["phases"]) == {"review"}

    def test_an_etag_keeps_two_people_from_overwriting_each_other(self, alice: Client, event: Event) -> None:
        at = f"/api/v1/events/{event.key}"
        tag = alice.get(at).headers["ETag"]
        first = alice.patch(at, json={"place": "Nakuru"}, headers={"If-Match": tag})
        assert first.status_code == 200
        second = alice.patch(at, json={"place": "Nyeri"}, headers={"If-Match": tag})
        assert second.status_code == 412
        third = alice.patch(at, json={"place": "Nyeri"}, headers={"If-Match": first.headers["ETag"]})
        assert third.json["place"] == "Nyeri"

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"titles": {"fr": "École"}}, "titles.en"),
            ({"titles": {"en": "x" * 201}}, "titles.en"),
            ({"titles": "Title"}, "titles"),
            ({"titles.en": "Title"}, "titles.en"),
            ({"kind": "party"}, "kind"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"time_zone": "../../etc/passwd"}, "time_zone"),
            ({"starts_on": "tomorrow"}, "starts_on"),
            ({"starts_on": "2027-07-17"}, "ends_on"),
            ({"places": 0}, "places"),
            ({"places": 10**12}, "places"),
            ({"cover": "/etc/passwd"}, "cover"),
            ({"facts": [{"kind": "weather"}]}, "facts.0.kind"),
            ({"guest_roles": [{"key": "Speaker", "label": {"en": "Speaker"}}]}, "guest_roles.0.key"),
            ({"guest_roles": [{"key": "speaker", "label": {}}]}, "guest_roles.0.label"),
            (
                {"guest_roles": [{"key": "a", "label": {"en": "A"}}, {"key": "a", "label": {"en": "B"}}]},
                "guest_roles",
            ),
            ({"phases": {"party": None}}, "phases.party.[key]"),
            ({"phases": {"review": {"opens_at": "2027-04-01T00:00"}}}, "phases.review.closes_at"),
            (
                {"phases": {"review": {"opens_at": "2027-04-02T00:00", "closes_at": "2027-04-01T23:58"}}},
                "phases.review.closes_at",
            ),
            (
                {"phases": {"review": {"opens_at": 10**20, "closes_at": "2027-04-01T23:58"}}},
                "phases.review.opens_at",
            ),
            ({"contact_email": "nobody"}, "contact_email"),
            ({"number_prefix": "lss"}, "number_prefix"),
            ({"state": "published"}, "state"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_field(
        self, owner: Client, organisation: Organisation, sent: dict[str, Any], field: str
    ) -> None:
        response = owner.post(f"/api/v1/organisations/{organisation.key}/events", json={**WHOLE, **sent})
        assert response.status_code == 400
        assert field in {error["field"] for error in response.json["errors"]}

    def test_null_does_not_empty_what_must_be_there(self, alice: Client, event: Event) -> None:
        for field in WHOLE.keys() - {"places", "cover"}:
            assert alice.patch(f"/api/v1/events/{event.key}", json={field: None}).status_code == 400, field

    def test_the_declared_refusals(self, app: Flask, alice: Client, event: Event) -> None:
        with app.app_context():
            other = make_event()
            db.session.commit()
        at = f"/api/v1/events/{event.key}"
        fixed = alice.patch(at, json={"key": other.key})
        assert fixed.json["type"] == "/problems/key-fixed"
        step = alice.post(f"{at}/state", json={"state": "draft"})
        assert step.json["type"] == "/problems/no-such-step"
        assert alice.get("/api/v1/events/nowhere").status_code == 404

    def test_a_taken_key_is_a_conflict(self, owner: Client, event: Event, organisation: Organisation) -> None:
        at = f"/api/v1/organisations/{organisation.key}/events"
        taken = owner.post(at, json={**WHOLE, "key": event.key})
        assert (taken.status_code, taken.json["type"]) == (409, "/problems/key-taken")


class TestPeople:
    def test_from_invitation_to_removal(
        self, alice: Client, charlie: Client, event: Event, queued_mail: Mail
    ) -> None:
        at = f"/api/v1/events/{event.key}"
        sent = alice.post(f"{at}/role-invitations", json={"email": "charlie@example.org", "role": "viewer"})
        assert sent.status_code == 201
        assert charlie.get(f"{at}/people").status_code == 403
        message = queued_mail()[-1]
        assert "as Viewer" in message.subject
        joined = charlie.post(f"{at}/join", json={"code": code_of(message)})
        assert joined.json == {"event_key": event.key, "role": "viewer"}
        people = charlie.get(f"{at}/people").json["data"]
        assert [(row["name"], row["role"]) for row in people] == [
            ("Alice Okeke", "organiser"),
            ("Charlie Silva", "viewer"),
        ]
        assert charlie.delete(f"{at}/people/{people[0]['id']}").status_code == 403
        last = alice.delete(f"{at}/people/{people[0]['id']}")
        assert (last.status_code, last.json["type"]) == (409, "/problems/last-organiser")
        assert alice.delete(f"{at}/people/{people[1]['id']}").status_code == 204
        assert charlie.get(f"{at}/people").status_code == 403
        actions = [line["action"] for line in alice.get(f"{at}/history").json["data"]]
        assert actions == ["event_role.removed", "event_role.accepted", "event_role.invited"]

    def test_the_declared_refusals(self, alice: Client, event: Event, queued_mail: Mail) -> None:
        at = f"/api/v1/events/{event.key}"
        person = {"email": "new@example.org", "role": "desk"}
        invitation = alice.post(f"{at}/role-invitations", json=person).json
        twice = alice.post(f"{at}/role-invitations", json=person)
        assert twice.json["type"] == "/problems/already-invited"
        own = alice.post(f"{at}/role-invitations", json={"email": "alice@example.org", "role": "organiser"})
        assert own.json["type"] == "/problems/already-has-role"
        assert alice.post(f"{at}/join", json={"code": "nonsense"}).status_code == 404
        with time_machine.travel(now() + timedelta(days=13, hours=23)):
            assert alice.post(f"{at}/role-invitations/{invitation['id']}/resend").status_code == 200
        with time_machine.travel(now() + timedelta(days=40)):
            alice_later = alice.post(f"{at}/join", json={"code": code_of(queued_mail()[-1])})
            assert alice_later.status_code == 401, "tokens last 14 days"
        assert alice.delete(f"{at}/role-invitations/{invitation['id']}").status_code == 204
        assert alice.post(f"{at}/role-invitations/{invitation['id']}/resend").status_code == 404
        role = alice.post(f"{at}/role-invitations", json={"email": "new@example.org", "role": "pope"})
        assert role.status_code == 400


class TestMessages:
    def test_a_text_is_read_changed_previewed_and_reset(self, alice: Client, event: Event) -> None:
        at = f"/api/v1/events/{event.key}/message-templates"
        text = f"{at}/event_cancelled/fr"
        shipped = alice.get(text).json
        assert shipped["origin"] == "shipped"
        assert "note" in shipped["fields"]
        own = {"subject": "Annulé : {{ event }}", "body": "Bonjour {{ name }},\n\n{{ note }}"}
        saved = alice.put(text, json=own).json
        assert (saved["origin"], saved["subject"]) == ("event", own["subject"])
        rows = {row["name"]: row for row in alice.get(at).json["data"]}
        assert rows["event_cancelled"]["own_languages"] == ["fr"]
        preview = alice.post(f"{text}/preview", json=own).json
        assert preview["subject"].startswith("Annulé : École d’été")
        assert "Bonjour Alice" in preview["text"]
        assert "Bonjour Alice" in preview["html"]
        assert alice.delete(text).status_code == 204
        assert alice.get(text).json == shipped

    def test_a_text_that_cannot_be_sent_is_refused_with_reasons(self, alice: Client, event: Event) -> None:
        text = f"/api/v1/events/{event.key}/message-templates/event_cancelled/en"
        sent = alice.put(text, json={"subject": "{{ wrong }}", "body": "{{ also_wrong }}"})
        assert sent.json["type"] == "/problems/unusable-text"
        assert {error["field"] for error in sent.json["errors"]} == {"subject", "body"}
        assert alice.get(text.replace("event_cancelled", "nothing")).status_code == 404
        assert alice.get(text.replace("/en", "/xx")).status_code == 400
        secret = alice.get(text.replace("event_cancelled", "reset_password"))
        assert secret.status_code == 404, "messages about accounts are not an event's to change"

    def test_the_outbox_shows_ones_own_event_only(
        self, app: Flask, alice: Client, event: Event, queued_mail: Mail
    ) -> None:
        alice.post(
            f"/api/v1/events/{event.key}/role-invitations", json={"email": "a@example.org", "role": "desk"}
        )
        with app.app_context():
            other = make_event()
            organiser = make_role(other).user
            invitations.invite(organiser, other, email="b@example.org", role=Role.DESK)
            db.session.commit()
        at = f"/api/v1/events/{event.key}/messages"
        assert [row["to_address"] for row in alice.get(at).json["data"]] == ["a@example.org"]
        assert alice.get(f"{at}?to=A@EXAMPLE.ORG").json["page"]["total"] == 1
        assert alice.get(f"{at}?to=b@example.org").json["page"]["total"] == 0
        secret = next(m.secret for m in queued_mail() if m.to_address == "a@example.org")
        assert secret
        assert secret not in alice.get(at).text


class TestCost:
    def test_lists_cost_the_same_for_one_and_for_three(self, app: Flask, owner: Client, event: Event) -> None:
        rest = ("people", "role-invitations", "history", "message-templates", "messages")
        paths = ["/events", f"/organisations/{event.organisation.key}/events"]
        paths += [f"/events/{event.key}/{each}" for each in rest]

        def add(number: int) -> None:
            with app.app_context():
                organiser = make_role(event).user
                invitations.invite(organiser, event, email=f"n{number}@example.org", role=Role.DESK)
                make_event(event.organisation, state=EventState.PUBLISHED)
                db.session.commit()

        def count(path: str) -> int:
            with count_queries() as queries:
                assert owner.get(f"/api/v1{path}").status_code == 200
            return len(queries)

        add(0)
        before = [count(path) for path in paths]
        for number in range(1, 4):
            add(number)
        assert [count(path) for path in paths] == before
        assert max(before) <= 6

    def test_one_event_takes_few_statements(self, anonymous: Client, event: Event) -> None:
        with count_queries() as queries:
            anonymous.get(f"/api/v1/events/{event.key}")
        assert len(queries) == 1
