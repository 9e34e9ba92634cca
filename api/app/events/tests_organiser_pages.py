"""Events: the pages of those who work on them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, Role
from app.events.services import get_event
from app.events.tests import code_of
from app.organisations.factories import make_member, make_organisation
from app.organisations.models import Organisation
from app.utils.database import db
from app.utils.testing import Client, sign_in_client

Mail = Callable[[], list[Message]]


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send back of a page's first settings form, as far as inputs go."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and "checkbox" not in tag and "search" not in tag:
            found[name[1]] = value[1] if value else ""
    return found


class TestSettings:
    def test_a_new_event_begins_as_a_draft(
        self, app: Flask, organisation: Organisation, anonymous: Client
    ) -> None:
        with app.app_context():
            owner = make_member(organisation).user
            db.session.commit()
        client = sign_in_client(app, owner)
        at = f"/organisations/{organisation.key}"
        form = {
            "titles.en": "Lakeside Summer School 2027",
            "key": "lakeside-2027",
            "kind": "summer-school",
            "starts_on": "2027-07-05",
            "ends_on": "2027-07-16",
            "place": "Kisumu",
            "time_zone": "Etc/GMT+12",
            "languages": ["en", "fr"],
        }
        refused = client.post(f"{at}/events/new", data={**form, "titles.en": "", "starts_on": ""})
        assert refused.status_code == 400
        for sentence in ("We need the title.", "We need the first day."):
            assert sentence in refused.text
        assert 'value="lakeside-2027"' in refused.text
        response = client.post(f"{at}/events/new", data=form)
        assert response.headers["Location"] == "/events/lakeside-2027/settings"
        assert "Lakeside Summer School 2027" in client.get(at).text
        assert anonymous.get("/events/lakeside-2027").status_code == 404

    def test_texts_are_written_side_by_side_and_what_lacks_is_said(self, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/settings"
        page = alice.get(path).text
        assert "Français lacks: summary." in page
        form = {
            "revision": fields_of(page)["revision"],
            "titles.en": "Summer School",
            "titles.fr": "École d’été",
            "summaries.en": "Two weeks.",
            "summaries.fr": "Deux semaines.",
            "descriptions.en": "",
            "descriptions.fr": "",
            "languages": ["en", "fr"],
            "kind": "conference",
        }
        assert alice.post(path, data=form).status_code == 302
        assert "lacks" not in alice.get(path).text
        stale = alice.post(path, data={**form, "titles.en": "Mine"})
        assert stale.status_code == 412
        assert "Somebody changed the event" in stale.text
        assert 'value="Mine"' in stale.text, "what was typed is still there"
        assert "Deux semaines." in alice.get(f"/events/{event.key}?lang=fr").text

    def test_phases_are_typed_in_the_events_zone(self, app: Flask, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/settings/dates"
        form = fields_of(alice.get(path).text)
        assert form["phases.review.opens_at"] == ""
        form |= {
            "phases.application.opens_at": "2027-01-11T00:00",
            "phases.application.closes_at": "2027-03-05T23:59",
        }
        assert alice.post(path, data=form).status_code == 302
        assert 'value="2027-03-05T23:59"' in alice.get(path).text
        with app.app_context():
            [phase] = get_event(alice.user, event.key).phases
        assert phase.closes_at == datetime(2027, 3, 5, 21, tzinfo=UTC)

    def test_a_wrong_window_is_explained_beside_it(self, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/settings/dates"
        form = fields_of(alice.get(path).text) | {
            "time_zone": "Europe/Berlin",
            "phases.review.opens_at": "2027-03-28T02:30",
            "phases.review.closes_at": "2027-03-29T02:30",
            "phases.offer.opens_at": "2027-05-01T00:00",
        }
        response = alice.post(path, data=form)
        assert response.status_code == 400
        form["phases.offer.closes_at"] = "2027-04-01T00:00"
        response = alice.post(path, data=form)
        assert "clocks go forward" in response.text
        assert "This must be later than the opening." in response.text
        assert 'value="2027-03-28T02:30"' in response.text

    def test_empty_windows_take_a_phase_away(self, app: Flask, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/settings/dates"
        form = fields_of(alice.get(path).text)
        form["phases.application.opens_at"] = form["phases.application.closes_at"] = ""
        assert alice.post(path, data=form).status_code == 302
        with app.app_context():
            assert get_event(alice.user, event.key).phases == []

    def test_place_facts_and_picture_reach_the_public_page(self, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/settings/place"
        form = fields_of(alice.get(path).text) | {
            "place": "Nakuru, Kenya",
            "places": "90",
            "cover": "shore",
            "facts.3.title.en": "Free to attend",
        }
        assert alice.post(path, data=form).status_code == 302
        page = alice.get(f"/events/{event.key}").text
        for words in ("Nakuru, Kenya", "90 places", "covers/shore", "Free to attend"):
            assert words in page
        assert alice.post(path, data={**form, "revision": "", "places": "many"}).status_code == 400

    def test_guest_roles_are_added_and_taken_away(self, app: Flask, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/settings/guest-roles"
        form = fields_of(alice.get(path).text)
        for name in list(form):
            if name.startswith("guest_roles.0."):
                form[name] = ""
        form |= {"guest_roles.2.key": "press", "guest_roles.2.label.en": "Press"}
        assert alice.post(path, data=form).status_code == 302
        with app.app_context():
            event = get_event(alice.user, event.key)
        assert [role["key"] for role in event.guest_roles] == ["mentor", "press"]

    def test_a_step_says_what_it_does_before_it_is_done(
        self, app: Flask, alice: Client, charlie: Client, event: Event, queued_mail: Mail
    ) -> None:
        with app.app_context():
            make_role(event, charlie.user, Role.DESK)
            db.session.commit()
        path = f"/events/{event.key}/settings/state"
        page = alice.get(path).text
        assert "We write to 1 person with a role" in page
        assert "This cannot be taken back." in page
        assert alice.post(path, data={"state": "cancelled", "note": "We are sorry."}).status_code == 302
        assert [message.to_address for message in queued_mail()] == ["charlie@example.org"]
        assert alice.post(path, data={"state": "published"}).status_code == 409
        assert "This event is cancelled" in charlie.get(f"/events/{event.key}").text

    def test_a_viewer_reads_and_is_offered_nothing_to_change(
        self, app: Flask, charlie: Client, event: Event
    ) -> None:
        with app.app_context():
            make_role(event, charlie.user, Role.VIEWER)
            db.session.commit()
        for rest in ("settings", "settings/dates", "settings/state", "people", "messages/event_cancelled"):
            page = charlie.get(f"/events/{event.key}/{rest}")
            assert page.status_code == 200
            assert ">Save" not in page.text
            assert "Send the invitation" not in page.text
            assert 'name="state"' not in page.text


class TestPeoplePage:
    def test_somebody_is_invited_and_takes_the_role_in_the_browser(
        self, alice: Client, anonymous: Client, event: Event, queued_mail: Mail
    ) -> None:
        path = f"/events/{event.key}/people"
        assert alice.post(path, data={"email": "new@example.org", "role": "viewer"}).status_code == 302
        assert "new@example.org" in alice.get(path).text
        link = f"/events/{event.key}/join/{code_of(queued_mail()[-1])}"
        page = anonymous.get(link)
        assert "as Viewer" in page.text
        assert page.headers["Referrer-Policy"] == "same-origin"
        form = {"given_name": "Nia", "password": "three words in a row", "agreed": "true"}
        response = anonymous.post(f"{link}/register", data=form)
        assert response.headers["Location"] == path
        assert "Nia" in anonymous.get(path).text
        assert anonymous.get(link).status_code == 404

    def test_refusals_stand_above_the_list_or_beside_the_field(self, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/people"
        wrong = alice.post(path, data={"email": "nobody", "role": "viewer"})
        assert wrong.status_code == 400
        assert "does not look like an e-mail address" in wrong.text
        row = alice.get(f"/api/v1{path}").json["data"][0]["id"]
        last = alice.post(f"{path}/{row}/remove")
        assert last.status_code == 409
        assert "An event needs an organiser." in last.text

    def test_invitations_are_sent_again_and_withdrawn(
        self, alice: Client, event: Event, queued_mail: Mail
    ) -> None:
        at = f"/events/{event.key}"
        alice.post(f"{at}/people", data={"email": "new@example.org", "role": "desk"})
        number = alice.get(f"/api/v1{at}/role-invitations").json["data"][0]["id"]
        first = code_of(queued_mail()[0])
        assert alice.post(f"{at}/role-invitations/{number}/resend").status_code == 302
        assert alice.get(f"{at}/join/{first}").status_code == 404
        assert alice.post(f"{at}/role-invitations/{number}/withdraw").status_code == 302
        assert alice.get(f"{at}/join/{code_of(queued_mail()[1])}").status_code == 404


class TestMessagesPages:
    def test_a_text_is_changed_and_reset(self, alice: Client, event: Event) -> None:
        base = f"/events/{event.key}/messages/event_cancelled"
        assert "ships with Marula" in alice.get(base).text
        own = {"subject": "It is off", "body": "Dear {{ name }}, we are sorry."}
        assert alice.post(f"{base}/en", data=own).status_code == 302
        page = alice.get(base).text
        assert "the event’s own text" in page
        assert 'value="It is off"' in page
        assert "Your own: EN" in alice.get(f"/events/{event.key}/messages").text
        assert alice.post(f"{base}/en/reset").status_code == 302
        assert "ships with Marula" in alice.get(base).text

    def test_a_text_that_cannot_be_sent_is_explained_and_kept(self, alice: Client, event: Event) -> None:
        base = f"/events/{event.key}/messages/event_cancelled"
        response = alice.post(f"{base}/fr", data={"subject": "{{ wrong }}", "body": "Mon texte"})
        assert response.status_code == 400
        assert "Mon texte" in response.text
        assert f'action="{base}/fr"' in response.text

    def test_a_preview_may_bring_its_style_and_nothing_else(self, alice: Client, event: Event) -> None:
        path = f"/events/{event.key}/messages/event_cancelled/en/preview"
        good = alice.post(path, data={"subject": "Off", "body": "Dear {{ name }}, <b>sorry</b>."})
        assert "Dear Alice, &lt;b&gt;sorry&lt;/b&gt;." in good.text
        assert good.headers["Content-Security-Policy"].startswith(
            "default-src 'none'; style-src 'unsafe-inline'"
        )
        bad = alice.post(path, data={"subject": "Off", "body": "{{ wrong }}"})
        assert "wrong" in bad.text

    def test_what_was_sent_is_shown_without_the_readers_link(
        self, alice: Client, event: Event, queued_mail: Mail
    ) -> None:
        alice.post(f"/events/{event.key}/people", data={"email": "new@example.org", "role": "desk"})
        [message] = queued_mail()
        listed = alice.get(f"/events/{event.key}/messages/sent").text
        assert "new@example.org" in listed
        shown = alice.get(f"/events/{event.key}/messages/sent/{message.id}").text
        assert "You are invited to help" in shown
        assert code_of(message) not in shown

    def test_a_message_of_another_event_is_not_there(
        self, app: Flask, alice: Client, event: Event, queued_mail: Mail
    ) -> None:
        alice.post(f"/events/{event.key}/people", data={"email": "new@example.org", "role": "desk"})
        [message] = queued_mail()
        with app.app_context():
            other = make_event(make_organisation())
            make_role(other, alice.user)
            db.session.commit()
        assert alice.get(f"/events/{other.key}/messages/sent/{message.id}").status_code == 404


def test_the_history_speaks_in_sentences(alice: Client, event: Event) -> None:
    alice.patch(f"/api/v1/events/{event.key}", json={"place": "Nakuru"})
    page = alice.get(f"/events/{event.key}/history").text
    assert "<b>Alice Okeke</b> changed the event" in page
    assert "(place)" in page
    assert "Nakuru" not in page


def test_the_side_bar_shows_what_one_may_open(
    app: Flask, alice: Client, charlie: Client, event: Event
) -> None:
    page = alice.get(f"/events/{event.key}/people").text
    for rest in ("people", "messages", "settings", "history"):
        assert f'href="/events/{event.key}/{rest}"' in page
    assert "/organisations/" not in page, "she is no member of the organisation"
    with app.app_context():
        make_member(event.organisation, charlie.user)
        db.session.commit()
    assert (
        f'href="/organisations/{event.organisation.key}"' in charlie.get(f"/events/{event.key}/people").text
    )
