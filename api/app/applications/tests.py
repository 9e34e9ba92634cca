"""Applications: the rules of beginning, of the deadline, of saving."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.applications import services
from app.applications.factories import GOOD_ANSWERS, make_application_form
from app.applications.models import Application, ApplicationState
from app.events.factories import make_event
from app.events.models import Event, EventState
from app.events.services import get_event
from app.forms import services as forms
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db

CLOSE = datetime(2027, 3, 5, 21, 0, tzinfo=UTC)  # 24:00 in Nairobi, typed as 23:59
OPEN = CLOSE - timedelta(days=50)

pytestmark = pytest.mark.usefixtures("context")


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


class TestBeginning:
    def test_an_application_begins_as_an_empty_draft_with_a_number(self, call: Event, person: User) -> None:
        with at(OPEN):
            application = services.start(person, call)
        assert (application.state, application.code) == (ApplicationState.DRAFT, "LSS27-0001")
        assert application.draft is not None
        assert application.draft.answers == {}

    def test_numbers_count_the_event_s_applications(self, call: Event, organisation: Organisation) -> None:
        other = make_event(organisation, opens_at=OPEN, closes_at=CLOSE, number_prefix="OTHER")
        make_application_form(other)
        with at(OPEN):
            codes = [services.start(make_user(), event).code for event in (call, call, other, call)]
        assert codes == ["LSS27-0001", "LSS27-0002", "OTHER-0001", "LSS27-0003"]

    def test_there_is_one_application_per_person(self, call: Event, person: User) -> None:
        with at(OPEN):
            services.start(person, call)
            with pytest.raises(services.AlreadyBegun):
                services.start(person, call)

    def test_without_a_published_form_nobody_begins(self, organisation: Organisation, person: User) -> None:
        with pytest.raises(services.NoForm):
            services.start(person, make_event(organisation))

    @pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.ARCHIVED, EventState.DRAFT])
    def test_an_event_that_does_not_run_takes_nobody(
        self, organisation: Organisation, person: User, state: EventState
    ) -> None:
        event = make_event(organisation, state=state)
        make_application_form(event)
        with pytest.raises(services.CallClosed):
            services.start(person, event)

    @pytest.mark.committed
    def test_people_who_begin_at_the_same_moment_get_different_numbers(
        self, app: Flask, organisation: Organisation
    ) -> None:
        event = make_event(organisation)
        make_application_form(event)
        people = [make_user().id for _n in range(8)]
        db.session.commit()
        key, barrier, codes = event.key, Barrier(8), []

        def begin(user_id: int) -> None:
            with app.app_context():
                user = db.session.get_one(User, user_id)
                found = get_event(user, key)
                barrier.wait()
                codes.append(services.start(user, found).code)
                db.session.commit()

        threads = [Thread(target=begin, args=(user_id,)) for user_id in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(codes)) == 8
        assert max(codes).endswith("-0008")


class TestDeadline:
    @pytest.mark.parametrize(
        ("moment", "is_open"),
        [
            (OPEN - timedelta(seconds=1), False),
            (OPEN, True),
            (CLOSE - timedelta(microseconds=1), True),
            (CLOSE, False),
            (CLOSE + timedelta(seconds=1), False),
        ],
    )
    def test_the_call_is_a_half_open_window_to_the_second(
        self, call: Event, person: User, moment: datetime, is_open: bool
    ) -> None:
        with at(moment):
            if is_open:
                services.start(person, call)
            else:
                with pytest.raises(services.CallClosed):
                    services.start(person, call)

    def test_saving_and_submitting_end_with_the_call(self, call: Event, person: User) -> None:
        with at(CLOSE - timedelta(seconds=1)):
            services.start(person, call)
            services.save(person, call.key, GOOD_ANSWERS)
        with at(CLOSE):
            with pytest.raises(services.CallClosed):
                services.save(person, call.key, {"affiliation": "Elsewhere"})
            with pytest.raises(services.CallClosed):
                services.submit(person, call)

    def test_the_refusal_says_when_in_the_event_s_zone(self, call: Event, person: User) -> None:
        with at(CLOSE), pytest.raises(services.CallClosed) as closed:
            services.start(person, call)
        assert closed.value.detail.startswith(
            "Applications closed on Friday 5 March 2027, 23:59 Nairobi time."
        )
        with at(OPEN - timedelta(days=1)), pytest.raises(services.CallClosed) as early:
            services.start(person, call)
        assert early.value.detail == "Applications open on Friday 15 January 2027, 00:00 Nairobi time."


class TestSaving:
    @pytest.fixture
    def draft(self, event: Event, person: User) -> Application:
        make_application_form(event)
        return services.start(person, event)

    def test_only_what_changed_travels(self, event: Event, person: User, draft: Application) -> None:
        services.save(person, event.key, {"given_name": "Aïssatou"})
        services.save(person, event.key, {"country": "SN"})
        db.session.expire_all()
        assert draft_of(person, event).answers == {"given_name": "Aïssatou", "country": "SN"}

    def test_two_windows_that_answer_different_questions_merge(
        self, event: Event, person: User, draft: Application
    ) -> None:
        first = services.save(person, event.key, {"given_name": "Aïssatou"}, base_revision=0)
        second = services.save(person, event.key, {"country": "SN"}, base_revision=0)
        assert (first.revision, second.revision) == (1, 2)
        assert second.others == {"given_name": "Aïssatou"}
        assert draft_of(person, event).answers == {"given_name": "Aïssatou", "country": "SN"}

    def test_two_windows_that_answer_the_same_question_conflict_and_see_both(
        self, event: Event, person: User, draft: Application
    ) -> None:
        services.save(person, event.key, {"given_name": "Aïssatou", "country": "SN"}, base_revision=0)
        with pytest.raises(forms.StaleAnswers) as stale:
            services.save(person, event.key, {"given_name": "Awa"}, base_revision=0)
        assert stale.value.conflicts == {"given_name": {"yours": "Awa", "theirs": "Aïssatou"}}
        assert stale.value.extra["others"] == {"country": "SN"}
        db.session.expire_all()
        assert draft_of(person, event).answers["given_name"] == "Aïssatou"

    def test_a_window_that_saw_the_other_s_change_may_change_it(
        self, event: Event, person: User, draft: Application
    ) -> None:
        services.save(person, event.key, {"given_name": "Aïssatou"}, base_revision=0)
        saved = services.save(person, event.key, {"country": "SN"}, base_revision=0)
        services.save(person, event.key, {"given_name": "Awa"}, base_revision=saved.revision)
        assert draft_of(person, event).answers["given_name"] == "Awa"

    def test_a_repeated_save_answers_the_revision_it_made(
        self, event: Event, person: User, draft: Application
    ) -> None:
        first = services.save(person, event.key, {"given_name": "A"}, base_revision=0, save_id="s1")
        services.save(person, event.key, {"given_name": "B"}, base_revision=1, save_id="s2")
        again = services.save(person, event.key, {"given_name": "A"}, base_revision=0, save_id="s1")
        assert again.revision == first.revision
        assert draft_of(person, event).answers["given_name"] == "B"

    def test_a_wrong_type_is_told_and_the_rest_kept(
        self, event: Event, person: User, draft: Application
    ) -> None:
        saved = services.save(person, event.key, {"needs_grant": "x", "given_name": "A"}, keep_good=True)
        assert list(saved.errors) == ["needs_grant"]
        assert draft_of(person, event).answers == {"given_name": "A"}

    def test_a_save_costs_two_statements_and_leaves_no_audit_line(
        self, event: Event, person: User, draft: Application, queries: Any
    ) -> None:
        services.save(person, event.key, {"given_name": "A"})
        key = event.key
        db.session.expire_all()
        db.session.refresh(person)
        with queries() as seen:
            services.save(person, key, {"country": "SN"}, base_revision=1, save_id="x")
        assert len(seen) == 2, seen.statements
        assert not [each for each in seen.statements if "audit" in each]

    def test_nobody_saves_what_they_have_not_begun(self, event: Event, draft: Application) -> None:
        with pytest.raises(services.NothingBegun):
            services.save(make_user(), event.key, {"given_name": "A"})


def draft_of(person: User, event: Event) -> Any:
    return services.get_own(person, event).draft
