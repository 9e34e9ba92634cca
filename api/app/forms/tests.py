"""Forms: versions and responses, by the rules; then the API; then the pages."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from app.events.factories import make_event, make_role
from app.events.models import Event, Role
from app.forms import engine, services
from app.forms.engine import arrange
from app.forms.factories import make_document, make_form, make_question, make_response, make_version
from app.forms.models import Form, FormPurpose, FormVersion, Response
from app.utils.database import db
from app.utils.errors import Forbidden, NotFound
from app.utils.testing import Client, count_queries

in_context = pytest.mark.usefixtures("context")


@contextmanager
def made(app: Flask) -> Iterator[None]:
    """Make things as production would have: in a context that is closed before the request."""
    with app.app_context():
        yield
        db.session.commit()


def _draft(event: Event, document: dict[str, Any] | None = None) -> Response:
    form = make_form(event)
    return make_response(form, make_version(form, document or make_document()))


@in_context
class TestSaving:
    def test_changes_merge_and_count_revisions(self, event: Event) -> None:
        response = _draft(event)
        first = services.save_answers(response, {"name": "  Aïssatou  "})
        second = services.save_answers(response, {"town": "Dakar"})
        assert (first.revision, second.revision, second.changed) == (1, 2, ("town",))
        assert response.answers == {"name": "Aïssatou", "town": "Dakar"}
        db.session.expire(response)
        assert response.answers == {"name": "Aïssatou", "town": "Dakar"}
        assert response.revisions == {"name": 1, "town": 2}

    def test_none_and_blank_take_an_answer_back(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A", "town": "B"})
        services.save_answers(response, {"name": None, "town": "  "})
        assert response.answers == {}

    def test_a_save_of_nothing_new_makes_no_revision(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"})
        assert services.save_answers(response, {"name": "A"}).revision == 1

    def test_different_questions_merge_silently(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"}, base_revision=0)
        saved = services.save_answers(response, {"town": "B"}, base_revision=0)
        assert (saved.revision, response.answers) == (2, {"name": "A", "town": "B"})

    def test_the_same_question_conflicts_and_shows_both(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"}, base_revision=0)
        with pytest.raises(services.StaleAnswers) as caught:
            services.save_answers(response, {"name": "B", "town": "T"}, base_revision=0)
        assert caught.value.conflicts == {"name": {"yours": "B", "theirs": "A"}}
        assert caught.value.revision == 1
        assert response.answers == {"name": "A"}
        services.save_answers(response, {"name": "B"}, base_revision=1)
        assert response.answers["name"] == "B"

    def test_the_same_answer_from_two_windows_is_no_conflict(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"}, base_revision=0)
        assert services.save_answers(response, {"name": "A"}, base_revision=0).revision == 1

    def test_a_repeat_of_a_save_answers_the_revision_it_made(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"}, base_revision=0, save_id="one")
        services.save_answers(response, {"name": "B"}, base_revision=1, save_id="two")
        assert services.save_answers(response, {"name": "A"}, base_revision=0, save_id="one").revision == 1
        assert response.answers == {"name": "B"}

    def test_a_wrong_type_saves_nothing_unless_the_good_is_kept(self, event: Event) -> None:
        response = _draft(event, make_document(make_question("age", "number"), make_question("name")))
        with pytest.raises(services.InvalidAnswers) as caught:
            services.save_answers(response, {"age": "old", "name": "A", "shoe": 1})
        assert set(caught.value.errors) == {"age", "shoe"}
        assert response.answers == {}
        saved = services.save_answers(response, {"age": "old", "name": "A"}, keep_good=True)
        assert (response.answers, list(saved.errors)) == ({"name": "A"}, ["age"])

    def test_a_save_costs_two_statements(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"})
        with count_queries() as queries:
            services.save_answers(response, {"name": "B"}, base_revision=1, save_id="x")
        assert len(queries) == 2


@in_context
class TestSubmitting:
    def test_everything_is_checked_and_then_final(self, event: Event) -> None:
        response = _draft(event)
        with pytest.raises(services.InvalidAnswers) as caught:
            services.submit_response(response)
        assert list(caught.value.errors) == ["name"]
        services.save_answers(response, {"name": "A"})
        services.submit_response(response, revision=1)
        assert response.is_submitted
        with pytest.raises(services.AlreadySubmitted):
            services.save_answers(response, {"name": "B"})
        with pytest.raises(services.AlreadySubmitted):
            services.submit_response(response)

    def test_what_was_not_looked_at_is_not_submitted(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"})
        with pytest.raises(services.StaleAnswers):
            services.submit_response(response, revision=0)

    def test_hidden_answers_are_left_out_and_those_of_other_versions_stay(self, event: Event) -> None:
        shown_if = {"question": "works", "is": "equals", "value": True}
        questions = make_question("works", "yes_no"), make_question("employer", condition=shown_if)
        response = _draft(event, make_document(*questions))
        services.save_answers(response, {"works": True, "employer": "E"})
        services.save_answers(response, {"works": False})
        assert response.answers == {"works": False, "employer": "E"}
        response.answers = {**response.answers, "of_an_older_version": "x"}
        db.session.flush()
        services.submit_response(response)
        assert response.answers == {"works": False, "of_an_older_version": "x"}

    def test_a_copy_is_a_draft_beside_it(self, event: Event) -> None:
        response = _draft(event)
        services.save_answers(response, {"name": "A"})
        services.submit_response(response)
        copy = services.copy_response(response)
        services.save_answers(copy, {"name": "B"})
        assert (response.answers["name"], copy.answers["name"], copy.is_submitted) == ("A", "B", False)

    def test_erasing_keeps_only_what_may_be_counted(self, event: Event) -> None:
        response = _draft(
            event,
            make_document(
                make_question("name", personal=True),
                make_question("home", "country", statistics=True),
                make_question("birthplace", "country", statistics=True, personal=True),
                make_question("words", "short_text", statistics=True),
            ),
        )
        services.save_answers(response, {"name": "A", "home": "KE", "birthplace": "UG", "words": "w"})
        services.erase_answers(response)
        assert response.answers == {"home": "KE"}


@in_context
class TestVersions:
    @pytest.fixture
    def form(self, event: Event) -> Form:
        return make_form(event)

    def test_a_flawed_document_is_refused_with_every_flaw(
        self, event: Event, alice: Client, form: Form
    ) -> None:
        document = make_document(make_question("Name"), make_question("age", "numbr"))
        with pytest.raises(services.InvalidDocument) as caught:
            services.put_document(alice.user, event, form, document)
        assert [flaw.pointer for flaw in caught.value.flaws] == [
            "/sections/0/questions/0/key",
            "/sections/0/questions/1/type",
        ]

    def test_a_draft_is_replaced_until_it_is_published(self, event: Event, alice: Client, form: Form) -> None:
        first = services.put_document(alice.user, event, form, make_document())
        again = services.put_document(
            alice.user, event, form, make_document(make_question("other")), revision=1
        )
        assert (first.id, again.number, again.revision) == (again.id, 1, 2)
        with pytest.raises(services.DraftChanged):
            services.put_document(alice.user, event, form, make_document(), revision=1)
        services.publish(alice.user, event, form, number=1)
        assert services.put_document(alice.user, event, form, make_document()).number == 2

    def test_publishing_moves_drafts_and_loses_nothing(self, event: Event, alice: Client, form: Form) -> None:
        services.put_document(alice.user, event, form, make_document())
        old, _moved = services.publish(alice.user, event, form)
        draft, sent = services.start_response(old), services.start_response(old)
        services.save_answers(draft, {"name": "A", "town": "T"})
        services.save_answers(sent, {"name": "S", "town": "U"})
        services.submit_response(sent)
        changed = make_document(make_question("name", "long_text"), make_question("village"))
        services.put_document(alice.user, event, form, changed)
        foreseen = services.foresee(alice.user, event, form)
        assert [question.key for question in foreseen.comparison.removed] == ["town"]
        assert [question.key for question in foreseen.comparison.added] == ["village"]
        assert [(each.question.key, each.changes) for each in foreseen.comparison.changed] == [
            ("name", ("type",))
        ]
        assert (foreseen.drafts, foreseen.submitted, foreseen.answered["town"]) == (1, 1, (1, 1))
        new, moved = services.publish(alice.user, event, form)
        db.session.expire_all()
        assert (moved, draft.form_version_id, sent.form_version_id) == (1, new.id, old.id)
        assert draft.answers == {"name": "A", "town": "T"}
        services.save_answers(draft, {"village": "V"})
        services.submit_response(draft)
        assert draft.answers == {"name": "A", "town": "T", "village": "V"}
        assert [
            (line.drafts, line.submitted) for line in services.list_versions(alice.user, event, form)
        ] == [(0, 1), (0, 1)]

    def test_the_same_document_is_not_published_twice(self, event: Event, alice: Client, form: Form) -> None:
        services.put_document(alice.user, event, form, make_document())
        services.publish(alice.user, event, form)
        with pytest.raises(services.NothingToPublish):
            services.publish(alice.user, event, form)
        services.put_document(alice.user, event, form, make_document())
        with pytest.raises(services.NothingToPublish):
            services.publish(alice.user, event, form)

    def test_only_the_draft_that_was_looked_at_is_published(
        self, event: Event, alice: Client, form: Form
    ) -> None:
        services.put_document(alice.user, event, form, make_document())
        services.put_document(alice.user, event, form, make_document(make_question("other")))
        with pytest.raises(services.DraftChanged):
            services.publish(alice.user, event, form, number=1, revision=1)
        services.publish(alice.user, event, form, number=1, revision=2)

    def test_a_discarded_draft_leaves_the_published_version(
        self, event: Event, alice: Client, form: Form
    ) -> None:
        published = make_version(form)
        services.put_document(alice.user, event, form, make_document())
        services.discard_draft(alice.user, event, form)
        assert services.get_version(alice.user, event, form).id == published.id
        with pytest.raises(NotFound):
            services.discard_draft(alice.user, event, form)

    def test_what_goes_in_comes_out(self, event: Event, alice: Client, form: Form) -> None:
        document = services.get_from_library("summer_school")
        version = services.put_document(alice.user, event, form, document)
        db.session.expire(version)
        exported = services.export_document(alice.user, event, form)
        assert exported == document == arrange(document)
        assert list(exported["sections"][0]["questions"][0]) == list(document["sections"][0]["questions"][0])

    def test_an_event_has_one_application_form(self, event: Event, alice: Client, form: Form) -> None:
        with pytest.raises(services.FormExists):
            services.create_form(alice.user, event, purpose=FormPurpose.APPLICATION, name="Again")

    def test_a_stranger_may_do_nothing(self, event: Event, charlie: Client, form: Form) -> None:
        make_version(form)
        acts = [
            lambda: services.list_forms(charlie.user, event),
            lambda: services.get_form(charlie.user, event, form.id),
            lambda: services.list_versions(charlie.user, event, form),
            lambda: services.create_form(charlie.user, event, purpose=FormPurpose.APPLICATION, name="x"),
            lambda: services.put_document(charlie.user, event, form, make_document()),
            lambda: services.validate(charlie.user, event, {}),
            lambda: services.publish(charlie.user, event, form),
            lambda: services.discard_draft(charlie.user, event, form),
            lambda: services.foresee(charlie.user, event, form),
            lambda: services.export_document(charlie.user, event, form),
        ]
        for act in acts:
            with pytest.raises(Forbidden):
                act()

    def test_the_version_to_answer_is_the_newest_published_one(self, event: Event, form: Form) -> None:
        assert services.find_version(event) is None
        make_version(form, number=1)
        newest = make_version(form, make_document(), number=2)
        make_version(form, make_document(make_question("later")), published=False, number=3)
        found = services.find_version(event)
        assert isinstance(found, FormVersion)
        assert found.id == newest.id


class TestApi:
    def _post(self, client: Client, path: str, body: dict[str, Any], method: str = "POST") -> Any:
        return client.open(path, method=method, json=body)

    def test_a_form_from_nothing_to_published(self, app: Flask, event: Event, alice: Client) -> None:
        base = f"/api/v1/events/{event.key}/forms"
        created = self._post(alice, base, {"name": "Application"})
        assert created.status_code == 201
        form = f"{base}/{created.json['id']}"
        assert self._post(alice, base, {"name": "Again"}).status_code == 409
        put = self._post(alice, f"{form}/draft", {"document": make_document()}, "PUT")
        assert put.json == {"number": 1, "revision": 1}
        assert alice.get(f"{form}/consequences").json["added"] == ["name", "town"]
        assert self._post(alice, f"{form}/publish", {"number": 1}).json == {"number": 1, "moved_drafts": 0}
        assert self._post(alice, f"{form}/publish", {}).status_code == 409
        assert alice.get(f"{form}/versions/1/document").json == make_document()
        assert [version["number"] for version in alice.get(form).json["versions"]] == [1]
        assert alice.get(base).json["page"]["total"] == 1

    def test_flaws_come_with_pointer_reason_and_remedy(self, app: Flask, event: Event, alice: Client) -> None:
        with made(app):
            form = make_form(event)
        base = f"/api/v1/events/{event.key}/forms/{form.id}"
        flawed = make_document(make_question("age", "number", min=5, max=1))
        report = self._post(alice, f"{base}/validate", {"document": flawed}).json
        assert report["is_valid"] is False
        assert report["flaws"][0]["pointer"] == "/sections/0/questions/0/min"
        refused = self._post(alice, f"{base}/draft", {"document": flawed}, "PUT")
        assert (refused.status_code, refused.json["flaws"]) == (400, report["flaws"])
        assert refused.json["errors"][0]["field"] == "/sections/0/questions/0/min"

    @pytest.mark.parametrize("document", [None, [], "x", 1, {"sections": [[]]}, {"sections": {"a": 1}}])
    def test_anything_may_be_sent_as_a_document(
        self, app: Flask, event: Event, alice: Client, document: Any
    ) -> None:
        with made(app):
            form = make_form(event)
        answer = self._post(
            alice, f"/api/v1/events/{event.key}/forms/{form.id}/draft", {"document": document}, "PUT"
        )
        assert answer.status_code == 400

    def test_strangers_and_other_events_are_refused(
        self, app: Flask, event: Event, alice: Client, charlie: Client
    ) -> None:
        with made(app):
            elsewhere = make_form(make_event())
            form = make_form(event)
        assert charlie.get(f"/api/v1/events/{event.key}/forms/{form.id}").status_code == 403
        assert alice.get(f"/api/v1/events/{event.key}/forms/{elsewhere.id}").status_code == 404

    def test_the_library_is_open_to_whoever_is_signed_in(self, app: Flask, bob: Client) -> None:
        library = bob.get("/api/v1/form-library").json["data"]
        assert "summer_school" in [entry["key"] for entry in library]


class TestPages:
    def test_an_event_without_a_form_offers_the_library(
        self, app: Flask, event: Event, alice: Client
    ) -> None:
        page = alice.get(f"/events/{event.key}/form")
        assert page.status_code == 200
        assert "There is no form yet" in page.text
        begun = alice.post(f"/events/{event.key}/form/edit", data={"ready_form": "summer_school"})
        assert begun.status_code == 303
        page = alice.get(f"/events/{event.key}/form?language=fr")
        assert "Votre recherche" in page.text

    def test_a_file_is_taken_and_a_broken_one_is_explained(
        self, app: Flask, event: Event, alice: Client
    ) -> None:
        good = json.dumps(make_document()).encode()
        path = f"/events/{event.key}/form/edit"
        sent = alice.post(
            path, data={"file": (io.BytesIO(b"\xef\xbb\xbf" + good), "form.json"), "revision": "0"}
        )
        assert sent.status_code == 303
        refused = alice.post(
            path,
            data={
                "text": '{"format": 1,\n "languages": ["en"',
            },
        )
        assert refused.status_code == 400
        assert "Line 2" in refused.text
        refused = alice.post(
            path, data={"text": json.dumps({**make_document(), "format": 2}), "revision": "1"}
        )
        assert refused.status_code == 400
        assert "/format" in refused.text
        assert "Write 1." in refused.text
        refused = alice.post(path, data={"file": (io.BytesIO(b"\xff\xfe{"), "form.json")})
        assert (refused.status_code, "UTF-8" in refused.text) == (400, True)

    def test_publishing_says_what_will_happen_and_then_does_it(
        self, app: Flask, event: Event, alice: Client
    ) -> None:
        with made(app):
            form = make_form(event)
            make_response(form, make_version(form, make_document()), {"town": "Dakar"})
            changed = make_document(make_question("name"))
            make_version(form, changed, published=False, number=2)
        page = alice.get(f"/events/{event.key}/form/publish")
        assert "1 question disappears" in page.text
        assert "1 person is filling the form now" in page.text
        done = alice.post(f"/events/{event.key}/form/publish", data={"number": "2", "revision": "1"})
        assert done.status_code == 303
        assert "1 draft moved to it" in alice.get(f"/events/{event.key}/form").text

    def test_a_draft_can_be_discarded_and_a_version_downloaded(
        self, app: Flask, event: Event, alice: Client
    ) -> None:
        with made(app):
            form = make_form(event)
            make_version(form, make_document())
            make_version(form, make_document(make_question("x")), published=False, number=2)
        assert alice.post(f"/events/{event.key}/form/discard").status_code == 303
        file = alice.get(f"/events/{event.key}/form/download")
        assert json.loads(file.text) == make_document()
        assert "attachment" in file.headers["Content-Disposition"]

    def test_the_preview_shows_every_kind_of_control(self, app: Flask, event: Event, alice: Client) -> None:
        with made(app):
            form = make_form(event)
            kinds = [make_question(f"q_{name}", name) for name in engine.KINDS]
            make_version(form, make_document(*kinds, make_question("box", "yes_no", display="checkbox")))
        page = alice.get(f"/events/{event.key}/form/preview").text
        for name in engine.KINDS:
            assert f'data-asks="q_{name}" data-kind="{name}"' in page
        assert '<option value="KE">Kenya</option>' in page

    @pytest.mark.parametrize("path", ["", "/edit", "/publish", "/download", "/preview"])
    def test_a_stranger_sees_nothing(self, app: Flask, event: Event, charlie: Client, path: str) -> None:
        with made(app):
            make_version(make_form(event))
        assert charlie.get(f"/events/{event.key}/form{path}").status_code == 403

    def test_a_viewer_reads_and_changes_nothing(self, app: Flask, event: Event, bob: Client) -> None:
        with made(app):
            make_role(event, bob.user, Role.VIEWER)
            make_version(make_form(event))
        assert "Change</a>" not in bob.get(f"/events/{event.key}/form").text
        sent = bob.post(f"/events/{event.key}/form/edit", data={"text": json.dumps(make_document())})
        assert sent.status_code == 403
