"""A person's home: one card for each event."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.applications.factories import GOOD_ANSWERS, make_application
from app.decisions.models import Verdict
from app.events.factories import make_event
from app.events.models import Event, EventState
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState
from app.organisations.models import Organisation
from app.utils.database import db
from app.utils.testing import Client


class TestHome:
    def test_nothing_yet(self, bob: Client) -> None:
        assert "Nothing here yet" in bob.get("/home").text

    def test_one_card_an_event_with_state_sentence_and_button(
        self, app: Flask, bob: Client, organisation: Organisation
    ) -> None:
        with app.app_context():
            user = db.session.merge(bob.user)
            half = {key: GOOD_ANSWERS[key] for key in ("given_name", "family_name", "country")}
            make_application(
                make_event(organisation, titles={"en": "Half"}), user, submitted=False, answers=half
            )
            make_application(
                make_event(organisation, titles={"en": "Whole"}), user, submitted=False, answers=GOOD_ANSWERS
            )
            make_application(make_event(organisation, titles={"en": "Sent"}), user)
            make_application(make_event(organisation, titles={"en": "Off"}, state=EventState.CANCELLED), user)
            db.session.commit()
        page = bob.get("/home").text
        for text in (
            "One section is left.",
            "Everything is filled in.",
            "We have your application.",
            "have cancelled",
        ):
            assert text in page

    @pytest.mark.parametrize(
        "words",
        [
            (Verdict.ACCEPT, "Accepted", "have accepted your application"),
            (Verdict.WAITLIST, "On the waitlist", "You are on the waitlist"),
            (Verdict.REJECT, "Not selected", "could not offer you a place"),
        ],
    )
    def test_a_decision_is_seen_from_its_release_on_and_everywhere_the_same(
        self, app: Flask, bob: Client, alice: Client, event: Event, words: tuple[Verdict, str, str]
    ) -> None:
        verdict, pill, sentence = words
        with app.app_context():
            number = make_application(db.session.merge(event), db.session.merge(bob.user)).number
            db.session.commit()
        own = f"/api/v1/events/{event.key}/applications/mine/decision"
        alice.put(
            f"/api/v1/events/{event.key}/decisions", json={"applications": [number], "verdict": verdict}
        )
        pages = ("/home", f"/events/{event.key}/apply", f"/events/{event.key}/apply/receipt")
        for path in pages:
            assert pill not in bob.get(path).text
        assert bob.get(own).status_code == 404
        alice.post(f"/api/v1/events/{event.key}/releases", json={"expected": 1})
        for path in pages:
            page = bob.get(path).text
            assert pill in page, path
            assert sentence in page, path
            assert ">Submitted</span>" not in page
        assert bob.get(own).json["verdict"] == verdict
        assert "Change answers" not in bob.get(pages[1]).text

    def test_guests_find_their_invitations(self, app: Flask, bob: Client, organisation: Organisation) -> None:
        with app.app_context():
            make_guest(make_event(organisation, titles={"en": "With guests"}), email=bob.user.email)
            db.session.commit()
        page = bob.get("/home").text
        assert "With guests" in page
        assert "You are invited as speaker. Answer by" in page
        assert "Answer the invitation" in page

    def test_guests_who_accepted_are_told_when_they_come(
        self, app: Flask, bob: Client, organisation: Organisation
    ) -> None:
        with app.app_context():
            user = db.session.merge(bob.user)
            event = make_event(organisation, starts_on=date(2030, 7, 1), ends_on=date(2030, 7, 5))
            make_guest(event, email=user.email, state=GuestState.ACCEPTED, user_id=user.id)
            db.session.commit()
        assert "You come as speaker, Monday 1 to Friday 5 July 2030." in bob.get("/home").text

    def test_organisers_find_their_events(self, alice: Client, event: Event) -> None:
        assert event.titles["en"] in alice.get("/home").text

    def test_it_costs_the_same_for_one_event_and_three(
        self, app: Flask, bob: Client, organisation: Organisation, queries: Any
    ) -> None:
        counts = []
        for more in (1, 2):
            with app.app_context():
                for _n in range(more):
                    make_application(make_event(organisation), db.session.merge(bob.user), submitted=False)
                db.session.commit()
            bob.get("/home")
            with queries() as seen:
                bob.get("/home")
            counts.append(len(seen))
        assert counts[0] == counts[1], counts
