"""Applications: the rules."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.applications import policies, queries, services
from app.applications.factories import GOOD_ANSWERS, make_application, make_application_form
from app.applications.models import Application, ApplicationState
from app.events.factories import make_event
from app.events.models import Event, EventState
from app.events.services import get_event
from app.forms import services as forms
from app.forms.factories import make_version
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.users.models import User
from app.users.services import verification
from app.users.signals import user_erased
from app.utils.database import db

pytestmark = pytest.mark.usefixtures("context")

CLOSE = datetime(2027, 3, 5, 21, 0, tzinfo=UTC)  # 24:00 in Nairobi, typed as 23:59
OPEN = CLOSE - timedelta(days=50)


@pytest.fixture
def call(app: Flask, organisation: Organisation) -> Event:
    """An event whose call is open from OPEN until CLOSE, with a form."""
    event = make_event(organisation, opens_at=OPEN, closes_at=CLOSE, number_prefix="LSS27")
    make_application_form(event)
    return event


@pytest.fixture
def person() -> User:
    return make_user(
        email="aissatou@example.org", given_name="A.", family_name="N.", affiliation="Old Institute"
    )


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def submit(person: User, event: Event, **changes: Any) -> Application:
    if services.find_own(person, event) is None:
        services.start(person, event)
    services.save(person, event.key, {**GOOD_ANSWERS, **changes})
    return services.submit(person, event)


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

    def test_an_open_draft_cannot_be_begun_again_for_changes_after_the_call(
        self, call: Event, person: User
    ) -> None:
        with at(OPEN):
            submit(person, call)
        with at(CLOSE), pytest.raises(services.CallClosed):
            services.begin_changes(person, call)


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

    def test_a_save_costs_three_statements_and_leaves_no_audit_line(
        self, event: Event, person: User, draft: Application, queries: Any
    ) -> None:
        services.save(person, event.key, {"given_name": "A"})
        key = event.key
        db.session.expire_all()
        db.session.refresh(person)
        with queries() as seen:
            services.save(person, key, {"country": "SN"}, base_revision=1, save_id="x")
        assert len(seen) == 3, seen.statements
        assert not [each for each in seen.statements if "audit" in each]

    def test_nobody_saves_what_they_have_not_begun(self, event: Event, draft: Application) -> None:
        with pytest.raises(services.NothingBegun):
            services.save(make_user(), event.key, {"given_name": "A"})


def draft_of(person: User, event: Event) -> Any:
    return services.get_own(person, event).draft


class TestSubmitting:
    @pytest.fixture(autouse=True)
    def _form(self, context: None, event: Event) -> None:
        make_application_form(event)

    def test_everything_that_is_wrong_is_told_at_once(self, event: Event, person: User) -> None:
        services.start(person, event)
        services.save(
            person, event.key, {"project": "one two three four five six seven eight nine ten eleven"}
        )
        with pytest.raises(forms.InvalidAnswers) as invalid:
            services.submit(person, event)
        assert list(invalid.value.errors) == [
            "given_name",
            "family_name",
            "country",
            "project",
            "needs_grant",
        ]
        assert services.get_own(person, event).state is ApplicationState.DRAFT

    def test_what_is_submitted_counts_and_is_kept(self, event: Event, person: User) -> None:
        application = submit(person, event)
        own = services.get_own(person, event)
        assert own.state is ApplicationState.SUBMITTED
        assert (own.draft, own.submitted.answers) == (None, GOOD_ANSWERS)  # type: ignore[union-attr]
        assert application.submitted_at == application.first_submitted_at == application.confirmed_at
        assert [each.number for each in services.list_own_submissions(person, event)] == [1]

    def test_hidden_answers_are_left_out(self, event: Event, person: User) -> None:
        services.start(person, event)
        services.save(person, event.key, {**GOOD_ANSWERS, "needs_grant": True, "cost": 900})
        services.save(person, event.key, {"needs_grant": False})
        assert draft_of(person, event).answers["cost"] == 900
        services.submit(person, event)
        assert "cost" not in services.get_own(person, event).submitted.answers  # type: ignore[union-attr]

    def test_lists_show_what_was_submitted_and_find_it(self, event: Event, person: User) -> None:
        application = submit(person, event, country="CI")
        shown = (application.applicant_name, application.email, application.country, application.affiliation)
        assert shown == ("Aïssatou Ndiaye", "aissatou@example.org", "CI", "Université Cheikh Anta Diop")
        for text in ("aissa", "NDIAYE", "univ dio", "ivoire", application.code, "1", "aissatou@example"):
            assert found(text) == [application.id], text
        for text in ("ndiayes", "aissa univx", "'; drop", "issatou"):
            assert found(text) == [], text

    def test_the_receipt_has_number_and_answers_in_the_person_s_language(
        self, event: Event, queued_mail: Callable[[], list[Any]]
    ) -> None:
        person = make_user(language="fr")
        application = submit(person, event)
        db.session.commit()
        (message,) = queued_mail()
        assert (message.template, message.to_address, message.language) == (
            "application_receipt",
            person.email,
            "fr",
        )
        assert application.code in message.text
        for text in ("Votre recherche", "Sénégal", "We predict fish stocks."):
            assert text in message.text

    def test_pressed_twice_it_is_submitted_once(
        self, event: Event, person: User, queued_mail: Callable[[], list[Any]]
    ) -> None:
        first = submit(person, event).submitted_at
        assert services.submit(person, event).submitted_at == first
        db.session.commit()
        assert len(queued_mail()) == 1
        assert len(services.list_own_submissions(person, event)) == 1

    @pytest.mark.committed
    def test_pressed_twice_at_the_same_moment_it_is_submitted_once(
        self, app: Flask, event: Event, person: User, queued_mail: Callable[[], list[Any]]
    ) -> None:
        services.start(person, event)
        services.save(person, event.key, GOOD_ANSWERS)
        db.session.commit()
        key, user_id, barrier, states = event.key, person.id, Barrier(4), []

        def press() -> None:
            with app.app_context():
                user = db.session.get_one(User, user_id)
                found = get_event(user, key)
                barrier.wait()
                states.append(services.submit(user, found).state)
                db.session.commit()

        threads = [Thread(target=press) for _n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert states == [ApplicationState.SUBMITTED] * 4
        assert len(queued_mail()) == 1

    def test_a_draft_that_moved_on_is_not_submitted_unseen(self, event: Event, person: User) -> None:
        services.start(person, event)
        seen = services.save(person, event.key, GOOD_ANSWERS).revision
        services.save(person, event.key, {"affiliation": "Elsewhere"})
        with pytest.raises(forms.StaleAnswers):
            services.submit(person, event, revision=seen)
        assert services.submit(person, event, revision=seen + 1).state is ApplicationState.SUBMITTED


class TestChangingAndWithdrawing:
    @pytest.fixture(autouse=True)
    def _form(self, context: None, event: Event) -> None:
        make_application_form(event)

    def test_what_is_submitted_is_changed_beside_it_and_swapped_in(self, event: Event, person: User) -> None:
        submit(person, event)
        with pytest.raises(services.NothingToChange):
            services.save(person, event.key, {"affiliation": "New"})
        services.begin_changes(person, event)
        services.save(person, event.key, {"affiliation": "New"})
        own = services.get_own(person, event)
        assert own.state is ApplicationState.SUBMITTED
        assert own.submitted.answers["affiliation"] == GOOD_ANSWERS["affiliation"]  # type: ignore[union-attr]
        services.submit(person, event)
        own = services.get_own(person, event)
        assert (own.draft, own.submitted.answers["affiliation"]) == (None, "New")  # type: ignore[union-attr]
        assert own.affiliation == "New"
        assert own.first_submitted_at < own.submitted_at  # type: ignore[operator]
        assert [each.number for each in services.list_own_submissions(person, event)] == [1, 2]

    def test_beginning_to_change_twice_makes_one_draft(self, event: Event, person: User) -> None:
        submit(person, event)
        first = services.begin_changes(person, event).draft_response_id
        assert services.begin_changes(person, event).draft_response_id == first

    def test_changes_are_made_on_the_form_as_it_is_now(self, event: Event, person: User) -> None:
        submit(person, event)
        version = services.find_application_form(event)
        assert version is not None
        newer = make_version(forms.find_form(event, "application"), version.document, number=2)  # type: ignore[arg-type]
        services.begin_changes(person, event)
        assert draft_of(person, event).form_version_id == newer.id

    def test_discarded_changes_leave_what_was_submitted(self, event: Event, person: User) -> None:
        submit(person, event)
        services.begin_changes(person, event)
        services.save(person, event.key, {"affiliation": "New"})
        services.discard_changes(person, event)
        own = services.get_own(person, event)
        assert own.draft is None
        assert own.submitted.answers["affiliation"] == GOOD_ANSWERS["affiliation"]  # type: ignore[union-attr]

    def test_a_first_draft_is_never_discarded(self, event: Event, person: User) -> None:
        services.start(person, event)
        with pytest.raises(services.NothingToChange):
            services.discard_changes(person, event)

    def test_withdrawn_and_submitted_again(self, event: Event, person: User) -> None:
        submit(person, event)
        assert services.withdraw(person, event).state is ApplicationState.WITHDRAWN
        assert services.withdraw(person, event).state is ApplicationState.WITHDRAWN
        with pytest.raises(services.NotSubmitted):
            services.submit(person, event)
        services.begin_changes(person, event)
        again = services.submit(person, event)
        assert (again.state, again.withdrawn_at) == (ApplicationState.SUBMITTED, None)

    def test_withdrawing_is_possible_after_the_call_and_final(self, call: Event, person: User) -> None:
        with at(OPEN):
            submit(person, call)
        with at(CLOSE):
            assert services.withdraw(person, call).state is ApplicationState.WITHDRAWN
            with pytest.raises(services.CallClosed):
                services.begin_changes(person, call)

    def test_a_draft_is_not_withdrawn(self, event: Event, person: User) -> None:
        services.start(person, event)
        with pytest.raises(services.NotSubmitted):
            services.withdraw(person, event)

    def test_each_step_stands_in_the_history_and_no_autosave_does(self, event: Event, person: User) -> None:
        submit(person, event)
        services.begin_changes(person, event)
        services.submit(person, event)
        services.withdraw(person, event)
        steps = [line.action for line in services.list_history(person, event)]
        assert steps == [
            "application.withdrawn",
            "application.submitted",
            "application.reopened",
            "application.submitted",
            "application.started",
        ]


class TestVerifiedAddress:
    """An unverified account submits in time; it counts once the address is verified within 48 hours."""

    @pytest.fixture
    def newcomer(self) -> User:
        return make_user(verified=False)

    def submit_at(self, newcomer: User, call: Event, moment: datetime) -> Application:
        with at(moment):
            return submit(newcomer, call)

    def verify_at(self, newcomer: User, moment: datetime) -> None:
        with at(moment):
            verification.mark_verified(newcomer)

    def test_a_verified_person_s_submission_counts_at_once(self, call: Event, person: User) -> None:
        assert policies.counts(self.submit_at(person, call, OPEN))

    def test_it_counts_from_the_verification_on(self, call: Event, newcomer: User) -> None:
        application = self.submit_at(newcomer, call, CLOSE - timedelta(seconds=1))
        assert not policies.counts(application)
        assert policies.verify_by(application) == CLOSE - timedelta(seconds=1) + timedelta(hours=48)
        self.verify_at(newcomer, CLOSE + timedelta(hours=47))
        assert policies.counts(application)
        assert policies.verify_by(application) is None

    def test_after_48_hours_it_does_not_count(self, call: Event, newcomer: User) -> None:
        application = self.submit_at(newcomer, call, OPEN)
        late = OPEN + timedelta(hours=48)
        assert not policies.is_late_to_verify(application, late - timedelta(seconds=1))
        assert policies.is_late_to_verify(application, late)
        self.verify_at(newcomer, late)
        assert not policies.counts(application)

    def test_late_to_verify_one_submits_again_while_the_call_is_open(
        self, call: Event, newcomer: User
    ) -> None:
        application = self.submit_at(newcomer, call, OPEN)
        self.verify_at(newcomer, OPEN + timedelta(days=5))
        with at(OPEN + timedelta(days=6)):
            services.begin_changes(newcomer, call)
            services.submit(newcomer, call)
        assert policies.counts(application)

    def test_a_withdrawn_application_does_not_count(self, call: Event, person: User) -> None:
        application = self.submit_at(person, call, OPEN)
        services.withdraw(person, call)
        assert not policies.counts(application)


class TestErasure:
    def test_an_erased_account_takes_its_answers_with_it(self, event: Event, person: User) -> None:
        make_application_form(event)
        submit(person, event)
        services.begin_changes(person, event)
        services.save(person, event.key, {"affiliation": "New"})
        user_erased.send(person, former_email=person.email, former_email_key=person.email_key)
        db.session.expire_all()
        own = services.get_own(person, event)
        assert (own.state, own.applicant_name, own.email) == (ApplicationState.WITHDRAWN, "", "")
        assert own.draft is not None
        assert own.submitted is not None
        assert own.draft.answers == own.submitted.answers == {}
        assert found("aissatou") == []


class TestFactory:
    def test_made_applications_are_like_real_ones(self, event: Event, person: User) -> None:
        application = make_application(event, person)
        draft = make_application(event, submitted=False)
        assert (application.code[-5:], draft.code[-5:]) == ("-0001", "-0002")
        assert policies.counts(application)
        assert found("aissatou") == [application.id]
        assert services.get_own(person, event).submitted.answers == GOOD_ANSWERS  # type: ignore[union-attr]


def found(text: str) -> list[int]:
    condition = queries.matches(text)
    if condition is None:
        return []
    return list(db.session.scalars(db.select(Application.id).where(condition)))
