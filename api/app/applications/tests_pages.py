"""One's own application: the API, the pages without JavaScript, and who may come in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.applications.factories import GOOD_ANSWERS, make_application, make_application_form
from app.applications.models import Application
from app.events.factories import make_event
from app.events.models import Event, EventState
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from app.utils.time import now

SECTION_YOU = {
    "given_name": "Aïssatou",
    "family_name": "Ndiaye",
    "country": "SN",
    "affiliation": "Université Cheikh Anta Diop",
}
SECTION_RESEARCH = {"project": "We predict fish stocks.", "needs_grant": ["", "false"], "topics": ""}
TYPED = {key: value if isinstance(value, str) else str(value).lower() for key, value in GOOD_ANSWERS.items()}


@pytest.fixture
def call(app: Flask, event: Event) -> Event:
    """`event` with its form."""
    with app.app_context():
        make_application_form(event)
        db.session.commit()
    return event


@pytest.fixture
def api(call: Event) -> str:
    return f"/api/v1/events/{call.key}/applications"


@pytest.fixture
def home(call: Event) -> str:
    return f"/events/{call.key}/apply"


def shut(app: Flask, event: Event) -> None:
    """End the call of `event` a moment ago."""
    with app.app_context():
        phase = db.session.merge(event).phases[0]
        phase.closes_at = now() - timedelta(seconds=1)
        db.session.commit()


def submitted_by(app: Flask, event: Event, client: Client) -> None:
    with app.app_context():
        make_application(db.session.merge(event), db.session.merge(client.user))
        db.session.commit()


@pytest.fixture
def taken(app: Flask, call: Event, bob: Client, api: str) -> str:
    """The address of the applications to `call`, of which Bob has submitted one."""
    submitted_by(app, call, bob)
    return api


@pytest.fixture
def strangers(alice: Client, charlie: Client, anonymous: Client) -> dict[Client, int]:
    """Who has no application to `call`, with what they get for asking."""
    return {alice: 404, charlie: 404, anonymous: 401}


class TestApi:
    def test_from_beginning_to_receipt(self, bob: Client, api: str) -> None:
        begun = bob.post(api)
        assert (begun.status_code, begun.headers["ETag"], begun.json["state"]) == (201, '"0"', "draft")
        saved = bob.patch(f"{api}/mine/answers", json={"answers": GOOD_ANSWERS}, headers={"If-Match": '"0"'})
        assert (saved.status_code, saved.headers["ETag"], saved.json["revision"]) == (200, '"1"', 1)
        shown = bob.get(f"{api}/mine").json
        assert (shown["answers"], shown["errors"]) == (GOOD_ANSWERS, {})
        assert [(each["key"], each["is_done"]) for each in shown["sections"]] == [
            ("you", True),
            ("research", True),
        ]
        done = bob.post(f"{api}/mine/submission", headers={"If-Match": '"1"'})
        assert (done.status_code, done.json["state"], done.json["counts"]) == (200, "submitted", True)
        assert "ETag" not in done.headers
        actions = [each["action"] for each in bob.get(f"{api}/mine/history").json["data"]]
        assert actions == ["application.submitted", "application.started"]

    def test_changing_discarding_withdrawing(self, app: Flask, bob: Client, api: str, call: Event) -> None:
        submitted_by(app, call, bob)
        assert bob.post(f"{api}/mine/draft").json["has_draft"] is True
        bob.patch(f"{api}/mine/answers", json={"answers": {"affiliation": "New"}})
        assert bob.get(f"{api}/mine").json["answers"]["affiliation"] == "New"
        assert bob.delete(f"{api}/mine/draft").json["answers"]["affiliation"] == GOOD_ANSWERS["affiliation"]
        assert bob.delete(f"{api}/mine/submission").json["state"] == "withdrawn"

    def test_the_same_question_changed_elsewhere_is_412_with_both(self, bob: Client, api: str) -> None:
        bob.post(api)
        bob.patch(f"{api}/mine/answers", json={"answers": {"given_name": "A"}}, headers={"If-Match": '"0"'})
        stale = bob.patch(
            f"{api}/mine/answers", json={"answers": {"given_name": "B"}}, headers={"If-Match": '"0"'}
        )
        assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale-answers")
        assert stale.json["conflicts"] == {"given_name": {"yours": "B", "theirs": "A"}}

    def test_a_repeated_save_is_answered_as_the_first(self, bob: Client, api: str) -> None:
        bob.post(api)
        body = {"answers": {"given_name": "A"}, "save_id": "s1"}
        first = bob.patch(f"{api}/mine/answers", json=body, headers={"If-Match": '"0"'})
        again = bob.patch(f"{api}/mine/answers", json=body, headers={"If-Match": '"0"'})
        assert first.json["revision"] == again.json["revision"] == 1

    def test_an_incomplete_application_is_400_with_every_question(self, bob: Client, api: str) -> None:
        bob.post(api)
        refused = bob.post(f"{api}/mine/submission")
        assert refused.status_code == 400
        fields = [error["field"] for error in refused.json["errors"]]
        assert fields == ["given_name", "family_name", "country", "project", "needs_grant"]

    def test_after_the_call_everything_but_reading_is_409(
        self, app: Flask, bob: Client, api: str, call: Event
    ) -> None:
        bob.post(api)
        shut(app, call)
        for method, path, body in (
            ("PATCH", "/mine/answers", {"answers": {"given_name": "A"}}),
            ("POST", "/mine/submission", None),
        ):
            refused = bob.open(api + path, method=method, json=body)
            assert (refused.status_code, refused.json["type"]) == (409, "/problems/call-closed")
        assert bob.get(f"{api}/mine").status_code == 200

    def test_a_second_application_is_409(self, bob: Client, api: str) -> None:
        bob.post(api)
        assert bob.post(api).json["type"] == "/problems/already-begun"

    @pytest.mark.parametrize("header", ["x", '"-1"', '"99999999999"', '"٣"'])
    def test_an_if_match_that_is_no_revision_is_400(self, bob: Client, api: str, header: str) -> None:
        bob.post(api)
        headers = {"If-Match": header.encode().decode("latin-1")}
        refused = bob.patch(f"{api}/mine/answers", json={"answers": {}}, headers=headers)
        assert refused.status_code == 400

    @pytest.mark.parametrize(
        "body",
        [
            {"answers": []},
            {"answers": None},
            {"answers": {"nothing_like_it": 1}},
            {"answers": {"given_name": {"a": 1}}},
            {"answers": {"given_name": "a\u0000b"}},
            {"answers": {"needs_grant": "maybe"}},
            {"answers": {"given_name": "A"}, "save_id": ""},
            {"answers": {"given_name": "A"}, "colour": 1},
            {},
        ],
    )
    def test_what_makes_no_sense_is_400(self, bob: Client, api: str, body: dict[str, Any]) -> None:
        bob.post(api)
        assert bob.patch(f"{api}/mine/answers", json=body).status_code == 400

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/mine"),
            ("PATCH", "/mine/answers"),
            ("POST", "/mine/submission"),
            ("DELETE", "/mine/submission"),
            ("POST", "/mine/draft"),
            ("DELETE", "/mine/draft"),
            ("GET", "/mine/history"),
        ],
    )
    def test_nobody_reaches_another_s_application(
        self, app: Flask, taken: str, strangers: dict[Client, int], method: str, path: str
    ) -> None:
        body = {"answers": {"given_name": "X"}} if method == "PATCH" else None
        for person, status in strangers.items():
            assert person.open(taken + path, method=method, json=body).status_code == status
        with app.app_context():
            assert db.session.query(Application).one().submitted_response_id is not None

    def test_the_events_of_a_draft_are_not_there(
        self, app: Flask, bob: Client, organisation: Organisation
    ) -> None:
        with app.app_context():
            event = make_event(organisation, state=EventState.DRAFT)
            make_application_form(event)
            db.session.commit()
            key = event.key
        assert bob.post(f"/api/v1/events/{key}/applications").status_code == 404
        assert bob.get(f"/events/{key}/apply").status_code == 404


class TestWithoutJavaScript:
    def test_the_whole_journey(
        self, bob: Client, home: str, call: Event, queued_mail: Callable[[], list[Any]]
    ) -> None:
        assert "Start your application" in bob.get(home).text
        first = bob.post(home)
        assert first.headers["Location"] == f"{home}/sections/you"
        page = bob.get(f"{home}/sections/you").text
        assert "Draft, not submitted" in page
        assert 'name="given_name"' in page
        second = bob.post(f"{home}/sections/you", data=SECTION_YOU | {"revision": "0"})
        assert second.headers["Location"] == f"{home}/sections/research"
        third = bob.post(f"{home}/sections/research", data=MultiDict(SECTION_RESEARCH) | {"revision": "1"})
        assert third.headers["Location"] == f"{home}/check"
        check = bob.get(f"{home}/check").text
        for text in ("Aïssatou", "Senegal", "We predict fish stocks.", "Submit application"):
            assert text in check
        done = bob.post(f"{home}/check", data={"revision": "2"})
        assert done.headers["Location"] == f"{home}/receipt"
        receipt = bob.get(f"{home}/receipt").text
        assert f"{call.number_prefix}-0001" in receipt
        assert "Université Cheikh Anta Diop" in receipt
        assert len(queued_mail()) == 1
        assert "Submitted" in bob.get("/home").text

    def test_a_section_with_faults_is_saved_and_shown_again(self, bob: Client, home: str) -> None:
        bob.post(home)
        long = " ".join(["word"] * 12)
        again = bob.post(
            f"{home}/sections/research", data={"project": long, "needs_grant": "", "revision": "0"}
        )
        assert again.status_code == 200
        assert "Two answers need you" in again.text
        assert 'href="#f-project"' in again.text
        assert f"{home}/check" in again.text
        assert long in bob.get(f"{home}/sections/research").text

    def test_a_wrong_type_is_shown_as_typed_and_the_rest_saved(self, bob: Client, home: str) -> None:
        bob.post(home)
        data = MultiDict(
            [("project", "Fish."), ("needs_grant", ""), ("needs_grant", "true"), ("cost", "a lot")]
        )
        again = bob.post(f"{home}/sections/research", data=data)
        assert 'value="a lot"' in again.text
        assert "Fish." in bob.get(f"{home}/sections/research").text
        assert "a lot" not in bob.get(f"{home}/sections/research").text

    def test_a_conflict_shows_both_answers(self, bob: Client, home: str) -> None:
        bob.post(home)
        bob.post(f"{home}/sections/you", data={"given_name": "Awa", "revision": "0"})
        stale = bob.post(f"{home}/sections/you", data={"given_name": "Binta", "revision": "0"})
        assert stale.status_code == 412
        assert 'value="Binta"' in stale.text
        assert "Awa" in stale.text
        assert 'name="revision" value="1"' in stale.text
        bob.post(f"{home}/sections/you", data={"given_name": "Binta", "revision": "1"})
        assert 'value="Binta"' in bob.get(f"{home}/sections/you").text

    def test_submitting_too_early_lists_what_is_missing_with_links(self, bob: Client, home: str) -> None:
        bob.post(home)
        assert "Submit application" not in bob.get(f"{home}/check").text
        refused = bob.post(f"{home}/check", data={"revision": "0"})
        assert refused.status_code == 400
        assert f"{home}/sections/you?check=1#f-given_name" in refused.text
        assert "We need an answer here." in bob.get(f"{home}/sections/you?check=1").text

    def test_after_the_call_the_draft_can_be_read_only(
        self, app: Flask, bob: Client, home: str, call: Event
    ) -> None:
        bob.post(home)
        bob.post(f"{home}/sections/you", data=SECTION_YOU)
        shut(app, call)
        late = bob.post(f"{home}/sections/you", data={"given_name": "Late"})
        assert late.status_code == 409
        assert "Applications closed on" in late.text
        assert 'value="Late"' in late.text
        assert "Save and continue" not in late.text
        assert bob.get(f"{home}/sections/you").headers["Location"] == home
        page = bob.get(home).text
        assert "This draft was not submitted." in page
        assert "Aïssatou" in page

    def test_changing_and_withdrawing(self, app: Flask, bob: Client, home: str, call: Event) -> None:
        submitted_by(app, call, bob)
        assert bob.get(f"{home}/sections/you").headers["Location"] == home
        bob.post(f"{home}/change")
        assert "What you submitted counts" in bob.get(home).text
        bob.post(f"{home}/discard")
        assert "You can submit it again until" in bob.get(f"{home}/withdraw").text
        bob.post(f"{home}/withdraw")
        page = bob.get(home).text
        assert "Withdrawn" in page
        assert "Submit it again" in page
        bob.post(f"{home}/change")
        bob.post(f"{home}/check", data={"revision": "0"})
        assert "We have your application" in bob.get(home).text

    def test_an_unknown_section_is_404(self, bob: Client, home: str) -> None:
        bob.post(home)
        assert bob.get(f"{home}/sections/nothing").status_code == 404

    def test_a_stranger_signs_in_first(self, anonymous: Client, home: str) -> None:
        response = anonymous.get(home)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in?next=")

    def test_an_unverified_person_is_told_what_is_missing(self, app: Flask, call: Event, home: str) -> None:
        with app.app_context():
            newcomer = make_user(verified=False)
            make_application(db.session.merge(call), newcomer, submitted=False, answers=GOOD_ANSWERS)
            db.session.commit()
        client = sign_in_client(app, newcomer)
        assert "not verified yet" in client.get(f"{home}/check").text
        client.post(f"{home}/check", data={"revision": "0"})
        for path in (f"{home}/receipt", home, "/home"):
            assert "It counts once you verify your e-mail address" in client.get(path).text.replace(
                "it counts", "It counts"
            ), path


class TestAutosave:
    @pytest.fixture
    def address(self, bob: Client, home: str) -> str:
        bob.post(home)
        return f"{home}/answers"

    def save(
        self, client: Client, address: str, revision: int = 0, save_id: str = "s", **answers: list[str]
    ) -> Any:
        body = {"account": client.user.id, "revision": revision, "save_id": save_id, "answers": answers}
        return client.post(address, json=body, headers={"Accept": "application/json"})

    def test_it_takes_what_the_controls_hold(self, app: Flask, bob: Client, address: str) -> None:
        done = self.save(bob, address, given_name=["Awa "], needs_grant=["", "true"], topics=["", "a", "b"])
        assert (done.status_code, done.json["revision"], done.json["errors"]) == (200, 1, {})
        with app.app_context():
            draft = db.session.query(Application).options(db.joinedload(Application.draft)).one().draft
            assert draft.answers == {"given_name": "Awa", "needs_grant": True, "topics": ["a", "b"]}

    def test_what_cannot_be_kept_is_told_beside_what_was(self, bob: Client, address: str) -> None:
        done = self.save(bob, address, cost=["a lot"], given_name=["Awa"])
        assert list(done.json["errors"]) == ["cost"]
        assert done.json["revision"] == 1

    def test_the_same_question_elsewhere_is_412_with_both_answers(self, bob: Client, address: str) -> None:
        self.save(bob, address, 0, "a", given_name=["Awa"], family_name=["Sy"])
        stale = self.save(bob, address, 0, "b", given_name=["Binta"])
        assert stale.status_code == 412
        assert stale.json["conflicts"] == {"given_name": {"yours": "Binta", "theirs": "Awa"}}
        assert (stale.json["revision"], stale.json["others"]) == (1, {"family_name": "Sy"})

    def test_answers_go_only_to_the_account_that_typed_them(
        self, bob: Client, charlie: Client, address: str, home: str
    ) -> None:
        charlie.post(home)
        body = {"account": bob.user.id, "revision": 0, "save_id": "s", "answers": {"given_name": ["Bob"]}}
        refused = charlie.post(address, json=body, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/other-account")

    def test_an_expired_session_is_401_in_json(self, anonymous: Client, address: str) -> None:
        body = {"account": 1, "revision": 0, "save_id": "s", "answers": {}}
        refused = anonymous.post(address, json=body, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json["type"]) == (401, "/problems/unauthenticated")

    def test_it_costs_three_statements(self, bob: Client, address: str, queries: Any) -> None:
        self.save(bob, address, 0, "a", given_name=["Awa"])
        with queries() as seen:
            assert self.save(bob, address, 1, "b", family_name=["Sy"]).status_code == 200
        assert len(seen) == 3, seen.statements
