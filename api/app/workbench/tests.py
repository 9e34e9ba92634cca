"""The organisers' workbench: list, search, one application, export, overview."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from app.applications.factories import GOOD_ANSWERS, make_application, make_application_form
from app.decisions import services as decisions
from app.decisions.models import Verdict
from app.events.factories import make_event, make_role
from app.events.models import Event, Role
from app.users.factories import make_user
from app.utils.database import db
from app.utils.errors import Forbidden
from app.utils.testing import Client, sign_in_client
from app.utils.time import now
from app.workbench import services
from app.workbench.queries import Wanted

NAMES = (("Aïssatou", "Ndiaye", "SN"), ("Łukasz", "Wiśniewski", "PL"), ("منى", "بنعلي", "MA"))


@pytest.fixture
def applications(app, event: Event) -> list[Any]:
    """Three submitted applications, and a draft."""
    with app.app_context():
        made = []
        for given, family, country in NAMES:
            answers = {**GOOD_ANSWERS, "given_name": given, "family_name": family, "country": country}
            user = make_user(given_name=given, family_name=family, country=country)
            made.append(make_application(event, user, answers=answers))
        made.append(
            make_application(event, make_user(given_name="Brian", family_name="Ouma"), submitted=False)
        )
        db.session.commit()
    return made


def listed(event: Event, client: Client, query: str = "") -> list[str]:
    response = client.get(f"/api/v1/events/{event.key}/applications{query}")
    assert response.status_code == 200, response.json
    return [row["applicant_name"] for row in response.json["data"]]


class TestList:
    def test_it_shows_the_submitted_ones_newest_first(self, alice, event, applications) -> None:
        assert listed(event, alice) == ["منى بنعلي", "Łukasz Wiśniewski", "Aïssatou Ndiaye"]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?q=aissatou", ["Aïssatou Ndiaye"]),
            ("?q=lukasz", ["Łukasz Wiśniewski"]),
            ("?q=WISN", ["Łukasz Wiśniewski"]),
            ("?q=cheikh%20ndiaye", ["Aïssatou Ndiaye"]),
            ("?q=nobody", []),
            ("?q=%27%3B%20DROP%20TABLE", []),
            ("?country=PL", ["Łukasz Wiśniewski"]),
            ("?state=draft", ["Brian Ouma"]),
            ("?sort=name&country=SN", ["Aïssatou Ndiaye"]),
            ("?sort=submitted", ["Aïssatou Ndiaye", "Łukasz Wiśniewski", "منى بنعلي"]),
            ("?sort=-country", ["Aïssatou Ndiaye", "Łukasz Wiśniewski", "منى بنعلي"]),
        ],
    )
    def test_filters_search_and_order(self, alice, event, applications, query, names) -> None:
        assert listed(event, alice, query) == names

    def test_any_state_shows_all(self, alice, event, applications) -> None:
        assert len(listed(event, alice, "?state=any")) == 4

    def test_filters_by_decision(self, alice, event, applications) -> None:
        first, second, _third = (each.number for each in applications[:3])
        url = f"/api/v1/events/{event.key}"
        alice.put(f"{url}/decisions", json={"applications": [first], "verdict": "accept"})
        alice.post(f"{url}/releases", json={"expected": 1})
        alice.put(f"{url}/decisions", json={"applications": [second], "verdict": "reject"})
        assert listed(event, alice, "?decision=released") == ["Aïssatou Ndiaye"]
        assert listed(event, alice, "?decision=drafted") == ["Łukasz Wiśniewski"]
        assert listed(event, alice, "?decision=accept") == ["Aïssatou Ndiaye"]
        assert listed(event, alice, "?decision=none") == ["منى بنعلي"]

    @pytest.mark.parametrize(
        "query", ["?page=0", "?per_page=9999", "?sort=colour", "?state=lost", "?decision=x", "?z=1"]
    )
    def test_a_wrong_filter_says_so(self, alice, event, query) -> None:
        assert alice.get(f"/api/v1/events/{event.key}/applications{query}").status_code == 400

    def test_pages_follow_each_other(self, alice, event, applications) -> None:
        url = f"/api/v1/events/{event.key}/applications?per_page=2"
        first, second, third = (alice.get(f"{url}&page={number}").json for number in (1, 2, 3))
        assert [len(page["data"]) for page in (first, second, third)] == [2, 1, 0]
        assert [page["page"] for page in (first, second, third)] == [
            {"next": 2, "total": 3},
            {"next": None, "total": 3},
            {"next": None, "total": 3},
        ]

    def test_it_asks_as_much_for_one_row_as_for_three(self, app, alice, event, queries) -> None:
        seen = []
        for number in (1, 2):
            with app.app_context():
                for _each in range(number):
                    make_application(event)
                db.session.commit()
            for path in (f"/api/v1/events/{event.key}/applications", f"/events/{event.key}/applications"):
                with queries() as counted:
                    assert alice.get(path).status_code == 200
                seen.append(len(counted))
        assert seen[:2] == seen[2:]
        assert max(seen) <= 6

    def test_nothing_of_another_event_is_found(self, app, alice, event, applications) -> None:
        with app.app_context():
            make_application(make_event(), make_user(given_name="Stranger", family_name="Ndiaye"))
            db.session.commit()
        assert listed(event, alice, "?q=ndiaye") == ["Aïssatou Ndiaye"]


class TestReading:
    @pytest.mark.parametrize("role", list(Role))
    def test_organisers_and_viewers_read(self, context, role: Role) -> None:
        event = make_event()
        person = make_role(event, role=role).user
        if role in (Role.ORGANISER, Role.VIEWER):
            assert services.list_applications(person, event, Wanted()).page.items == []
            assert services.summarise(person, event).states == {}
        else:
            for read in (services.summarise, lambda *who: services.list_applications(*who, Wanted())):
                with pytest.raises(Forbidden):
                    read(person, event)

    def test_one_application_with_its_answers(self, alice, event, applications) -> None:
        number = applications[0].number
        found = alice.get(f"/api/v1/events/{event.key}/applications/{number}").json
        assert found["answers"] == {**GOOD_ANSWERS, "given_name": "Aïssatou", "family_name": "Ndiaye"}
        assert (found["state"], found["form_version"], found["draft_verdict"]) == ("submitted", 1, None)

    def test_a_number_that_is_not_there_is_404(self, alice, event, applications) -> None:
        assert alice.get(f"/api/v1/events/{event.key}/applications/99").status_code == 404
        assert alice.get(f"/events/{event.key}/applications/99").status_code == 404

    def test_the_page_shows_answers_as_people_read_them(self, alice, event, applications) -> None:
        page = alice.get(f"/events/{event.key}/applications/{applications[0].number}").text
        assert "Senegal" in page
        assert "We predict fish stocks." in page
        assert "Needs grant" in page
        assert "Cost" not in page  # hidden by its condition


class TestExport:
    def rows(self, client: Client, event: Event, query: str = "") -> list[dict[str, str]]:
        response = client.get(f"/api/v1/events/{event.key}/applications.csv{query}")
        assert response.status_code == 200
        return list(csv.DictReader(io.StringIO(response.text)))

    def test_it_holds_every_answer(self, alice, event, applications) -> None:
        rows = self.rows(alice, event, "?sort=submitted")
        assert [row["Name"] for row in rows] == ["Aïssatou Ndiaye", "Łukasz Wiśniewski", "منى بنعلي"]
        assert rows[0]["Project"] == "We predict fish stocks."
        assert rows[0]["Decision, draft"] == ""

    def test_it_follows_the_filter(self, alice, event, applications) -> None:
        assert [row["Name"] for row in self.rows(alice, event, "?country=MA")] == ["منى بنعلي"]

    def test_no_cell_is_a_formula(self, app, alice, event) -> None:
        with app.app_context():
            make_application(event, answers={**GOOD_ANSWERS, "project": '=HYPERLINK("http://evil")'})
            db.session.commit()
        assert self.rows(alice, event)[0]["Project"] == '\'=HYPERLINK("http://evil")'


class TestPages:
    def test_ticked_rows_are_drafted_and_released(self, app, alice, event, applications) -> None:
        numbers = [each.number for each in applications[:2]]
        url = f"/events/{event.key}/applications"
        done = alice.post(
            f"{url}/decisions", data={"applications": numbers, "verdict": "accept"}, follow_redirects=True
        )
        assert "2 decisions are changed." in done.text
        page = alice.get(f"/events/{event.key}/decisions").text
        assert "Release 2 decisions" in page
        stale = alice.post(f"/events/{event.key}/decisions", data={"expected": 1})
        assert stale.status_code == 412
        assert "You confirmed 1 decisions, and now there are 2." in stale.text
        done = alice.post(f"/events/{event.key}/decisions", data={"expected": 2}, follow_redirects=True)
        assert "2 decisions are released" in done.text

    def test_everything_that_fits_the_filter(self, app, alice, event, applications) -> None:
        data = {"everything": "true", "query": "country=SN", "verdict": "waitlist"}
        alice.post(f"/events/{event.key}/applications/decisions", data=data)
        with app.app_context():
            assert decisions.preview(alice.user, event).verdicts == {Verdict.WAITLIST: 1}

    def test_what_one_person_did_many_times_in_a_row_is_one_line_of_the_activity(
        self, alice, event, applications
    ) -> None:
        form = {"query": "", "everything": "true", "verdict": "accept"}
        alice.post(f"/events/{event.key}/applications/decisions", data=form)
        page = alice.get(f"/events/{event.key}/overview").text
        assert page.count("drafted a decision") == 1
        assert "drafted a decision, 3 times" in page

    def test_nothing_ticked_says_so(self, alice, event, applications) -> None:
        response = alice.post(f"/events/{event.key}/applications/decisions", data={"verdict": "accept"})
        assert response.status_code == 400
        assert "Tick at least one application first." in response.text

    def test_a_broken_filter_in_the_form_is_400(self, alice, event, applications) -> None:
        data = {"everything": "true", "query": "sort=colour", "verdict": "accept"}
        assert alice.post(f"/events/{event.key}/applications/decisions", data=data).status_code == 400

    def test_one_application_is_decided(self, alice, event, applications) -> None:
        url = f"/events/{event.key}/applications/{applications[0].number}"
        page = alice.post(f"{url}/decision", data={"verdict": "reject"}, follow_redirects=True)
        assert "One decision is changed." in page.text

    def test_the_list_is_for_the_team(self, bob, event, applications) -> None:
        for path in ("overview", "applications", f"applications/{applications[0].number}", "decisions"):
            assert bob.get(f"/events/{event.key}/{path}").status_code == 403

    @pytest.mark.parametrize(
        ("hours", "sentence"), [(1, "not verified yet"), (49, "was not verified within 48 hours")]
    )
    def test_it_says_why_an_application_does_not_count(self, app, alice, event, hours, sentence) -> None:
        with app.app_context():
            sent = now() - timedelta(hours=hours)
            number = make_application(event, confirmed_at=None, submitted_at=sent).number
            db.session.commit()
        assert sentence in alice.get(f"/events/{event.key}/applications/{number}").text

    def test_a_viewer_sees_no_buttons(self, app, event, applications) -> None:
        with app.app_context():
            viewer = make_role(event, role=Role.VIEWER).user
            db.session.commit()
        client = sign_in_client(app, viewer)
        for path in ("applications", f"applications/{applications[0].number}", "decisions"):
            page = client.get(f"/events/{event.key}/{path}")
            assert page.status_code == 200
            assert 'value="accept"' not in page.text

    def test_an_empty_list_says_what_to_do(self, alice, event) -> None:
        assert "No applications yet" in alice.get(f"/events/{event.key}/applications").text
        assert "No application fits" in alice.get(f"/events/{event.key}/applications?q=nobody").text

    def test_the_overview_says_what_needs_somebody(self, app, alice, event, applications) -> None:
        alice.put(
            f"/api/v1/events/{event.key}/decisions",
            json={"applications": [applications[0].number], "verdict": "accept"},
        )
        page = alice.get(f"/events/{event.key}/overview").text
        assert "One decision is drafted and not released" in page
        assert "drafted a decision" in page

    def test_the_overview_of_an_event_without_a_form(self, alice, event) -> None:
        assert "There is no application form yet" in alice.get(f"/events/{event.key}/overview").text


@pytest.mark.usefixtures("context")
def test_an_export_merges_the_questions_of_all_versions() -> None:
    event = make_event()
    organiser = make_role(event).user
    make_application_form(event)
    make_application(event)
    table = services.export_applications(organiser, event, Wanted(), "en")
    assert len(next(table.rows)) == len(table.heads)
