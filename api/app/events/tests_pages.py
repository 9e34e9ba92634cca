"""Events: the pages that everybody may see."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, count_queries, sign_in_client
from app.utils.time import now

Mail = Callable[[], list[Message]]


def made(app: Flask, **overrides: object) -> Event:
    with app.app_context():
        event = make_event(**overrides)  # type: ignore[arg-type]
        db.session.commit()
    return event


class TestPublicPage:
    def test_it_says_what_where_when_and_until_when(self, app: Flask, anonymous: Client) -> None:
        event = made(
            app,
            titles={"en": "Lakeside Summer School"},
            descriptions={"en": "# What you will do\n\n<script>alert(1)</script> **Learn**"},
            opens_at=now() - timedelta(days=1),
            closes_at=datetime(2027, 3, 5, 21, tzinfo=UTC),
        )
        page = anonymous.get(f"/events/{event.key}").text
        assert "Applications open" in page
        assert "Friday 5 March 2027" in page
        assert "23:59 Nairobi time" in page
        assert f'href="/events/{event.key}/apply"' in page
        assert "<h2>What you will do</h2>" in page
        assert "<strong>Learn</strong>" in page
        assert "<script>alert" not in page
        assert f'<meta property="og:url" content="http://localhost:5000/events/{event.key}">' in page
        assert "school@lakeside.example" in page

    @pytest.mark.parametrize(
        ("overrides", "words"),
        [
            ({"opens_at": now() + timedelta(days=3)}, "Applications open on"),
            ({"closes_at": now() - timedelta(days=3)}, "Applications closed"),
            ({"state": EventState.CANCELLED}, "This event is cancelled"),
            ({"state": EventState.ARCHIVED}, "This event is over"),
        ],
    )
    def test_without_an_open_call_there_is_no_button(
        self, app: Flask, anonymous: Client, overrides: dict[str, object], words: str
    ) -> None:
        page = anonymous.get(f"/events/{made(app, **overrides).key}").text
        assert words in page
        assert "Start your application" not in page

    def test_a_draft_is_there_for_those_who_work_on_it_only(
        self, app: Flask, anonymous: Client, charlie: Client
    ) -> None:
        event = made(app, state=EventState.DRAFT)
        for rest in ("", "/dates.ics"):
            assert anonymous.get(f"/events/{event.key}{rest}").status_code == 404
            assert charlie.get(f"/events/{event.key}{rest}").status_code == 404
        with app.app_context():
            make_role(event, charlie.user, Role.DESK)
            db.session.commit()
        assert "This is a draft" in charlie.get(f"/events/{event.key}").text

    def test_it_speaks_the_readers_language_and_says_when_it_cannot(
        self, anonymous: Client, event: Event
    ) -> None:
        page = anonymous.get(f"/events/{event.key}", headers={"Accept-Language": "fr"}).text
        assert '<html lang="fr"' in page
        assert event.titles["fr"] in page
        assert '<p class="lead" lang="en">' in page

    def test_the_readers_own_time_stands_beside_the_deadline(self, app: Flask) -> None:
        event = made(app, closes_at=datetime(2027, 3, 5, 21, tzinfo=UTC))
        with app.app_context():
            person = make_user(time_zone="Africa/Dakar")
            db.session.commit()
        assert "20:59 for you" in sign_in_client(app, person).get(f"/events/{event.key}").text

    def test_the_first_visit_weighs_at_most_30_kilobytes(self, app: Flask, anonymous: Client) -> None:
        event = made(app, cover="hills", descriptions={"en": "A paragraph about the school. " * 60})
        asked = {"Accept-Encoding": "br"}
        response = anonymous.get(f"/events/{event.key}", headers=asked)
        total = len(response.data)
        text = anonymous.get(f"/events/{event.key}").text
        linked = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"', text)
        assert linked
        for address in (one or other for one, other in linked):
            part = anonymous.get(address, headers=asked)
            assert part.status_code == 200
            total += len(part.data)
        assert total <= 30_000

    def test_it_takes_few_statements(self, anonymous: Client, event: Event) -> None:
        with count_queries() as queries:
            anonymous.get(f"/events/{event.key}")
        assert len(queries) == 1

    def test_the_dates_come_as_a_calendar(self, anonymous: Client, event: Event) -> None:
        response = anonymous.get(f"/events/{event.key}/dates.ics")
        assert response.mimetype == "text/calendar"
        assert response.text.startswith("BEGIN:VCALENDAR\r\n")
        assert f"{event.key}.ics" in response.headers["Content-Disposition"]


class TestFrontPage:
    def test_it_lists_what_one_can_apply_to_first(self, app: Flask, anonymous: Client) -> None:
        made(app, titles={"en": "Coming"}, opens_at=now() + timedelta(days=2))
        made(app, titles={"en": "Open"})
        made(app, titles={"en": "Hidden"}, state=EventState.UNLISTED)
        page = anonymous.get("/").text
        assert page.index("Open for applications") < page.index(">Open</a>") < page.index(">Coming</a>")
        assert "Hidden" not in page

    def test_an_empty_one_says_what_will_be_here(self, anonymous: Client) -> None:
        assert "No calls yet" in anonymous.get("/").text

    def test_it_costs_the_same_for_one_and_for_three(self, app: Flask, anonymous: Client) -> None:
        counts = []
        for number in (1, 3):
            for _each in range(number):
                made(app)
            with count_queries() as queries:
                anonymous.get("/")
            counts.append(len(queries))
        assert counts == [1, 1]
