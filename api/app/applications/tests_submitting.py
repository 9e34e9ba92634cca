"""Applications: the rules of submitting, changing, withdrawing, and of who counts."""

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
from app.events.models import Event
from app.events.services import get_event
from app.forms import services as forms
from app.forms.factories import make_version
from app.users.factories import make_user
from app.users.models import User
from app.users.services import verification
from app.users.signals import user_erased
from app.utils.database import db

CLOSE = datetime(2027, 3, 5, 21, 0, tzinfo=UTC)
OPEN = CLOSE - timedelta(days=50)

pytestmark = pytest.mark.usefixtures("context")


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def submit(person: User, event: Event, **changes: Any) -> Application:
    if services.find_own(person, event) is None:
        services.start(person, event)
    services.save(person, event.key, {**GOOD_ANSWERS, **changes})
    return services.submit(person, event)


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

    def test_changes_are_not_begun_after_the_call(self, call: Event, person: User) -> None:
        with at(OPEN):
            submit(person, call)
        with at(CLOSE), pytest.raises(services.CallClosed):
            services.begin_changes(person, call)


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


def draft_of(person: User, event: Event) -> Any:
    return services.get_own(person, event).draft


def found(text: str) -> list[int]:
    condition = queries.matches(text)
    if condition is None:
        return []
    return list(db.session.scalars(db.select(Application.id).where(condition)))
