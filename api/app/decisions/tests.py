"""Decisions: drafts until one release shows them all."""

import pytest
from sqlalchemy import select

from app.applications import services as applications
from app.applications.factories import make_application
from app.applications.models import ApplicationState
from app.decisions import services
from app.decisions.models import Decision, Verdict
from app.events.factories import make_event, make_role
from app.events.models import Role
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.errors import Forbidden, NotFound
from app.utils.time import now


@pytest.fixture
def people(context):
    """An event, its organiser, and three submitted applications."""
    event = make_event()
    organiser = make_role(event, role=Role.ORGANISER).user
    return event, organiser, [make_application(event) for _number in range(3)]


def drafts(event) -> dict[int, tuple[Verdict, int | None]]:
    rows = db.session.scalars(select(Decision).filter_by(event_id=event.id, release_id=None))
    return {row.application_id: (row.verdict, row.waitlist_rank) for row in rows}


class TestDrafting:
    def test_a_later_draft_replaces_the_earlier(self, people) -> None:
        event, organiser, (first, *_rest) = people
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.REJECT)
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.ACCEPT)
        assert drafts(event) == {first.id: (Verdict.ACCEPT, None)}

    def test_a_draft_can_be_taken_back(self, people) -> None:
        event, organiser, (first, second, _third) = people
        services.draft(organiser, event, numbers=[first.number, second.number], verdict=Verdict.REJECT)
        services.draft(organiser, event, numbers=[first.number], verdict=None)
        assert drafts(event) == {second.id: (Verdict.REJECT, None)}

    def test_the_waitlist_keeps_the_order_given_behind_those_who_wait(self, people) -> None:
        event, organiser, (first, second, third) = people
        services.draft(organiser, event, numbers=[third.number], verdict=Verdict.WAITLIST)
        services.draft(organiser, event, numbers=[second.number, first.number], verdict=Verdict.WAITLIST)
        assert [rank for _verdict, rank in (drafts(event)[each.id] for each in (third, second, first))] == [
            1,
            2,
            3,
        ]

    def test_what_does_not_count_is_skipped_and_named(self, people) -> None:
        event, organiser, (first, second, third) = people
        first.state = ApplicationState.WITHDRAWN
        first.withdrawn_at = now()
        second.confirmed_at = None
        done = services.draft(
            organiser, event, numbers=[first.number, second.number, third.number], verdict=Verdict.ACCEPT
        )
        assert (done.changed, done.skipped) == (1, [first.code, second.code])

    def test_a_number_of_another_event_is_not_there(self, people) -> None:
        event, organiser, _applications = people
        other = make_event()
        for _number in range(4):
            stranger = make_application(other)
        with pytest.raises(NotFound):
            services.draft(organiser, event, numbers=[stranger.number], verdict=Verdict.ACCEPT)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.ORGANISER])
    def test_only_organisers_decide(self, people, role: Role) -> None:
        event, _organiser, (first, *_rest) = people
        person = make_role(event, role=role).user
        with pytest.raises(Forbidden):
            services.draft(person, event, numbers=[first.number], verdict=Verdict.ACCEPT)
        with pytest.raises(Forbidden):
            services.release(person, event, expected=1)


class TestRelease:
    def test_applicants_see_a_decision_from_the_release_on(self, people) -> None:
        event, organiser, (first, second, _third) = people
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.ACCEPT)
        services.draft(organiser, event, numbers=[second.number], verdict=Verdict.REJECT)
        assert services.find_released(first) is None
        act = services.release(organiser, event, expected=2)
        assert act.counts == {"accept": 1, "reject": 1}
        assert services.find_released(first).verdict is Verdict.ACCEPT
        assert drafts(event) == {}

    def test_each_applicant_gets_one_message(self, people, queued_mail) -> None:
        event, organiser, (first, second, _third) = people
        services.draft(organiser, event, numbers=[first.number, second.number], verdict=Verdict.WAITLIST)
        services.release(organiser, event, expected=2)
        with pytest.raises(services.NothingToRelease):
            services.release(organiser, event, expected=2)
        messages = queued_mail()
        assert sorted(message.to_address for message in messages) == sorted((first.email, second.email))
        assert {message.template for message in messages} == {"decision_waitlisted"}

    def test_a_release_wants_the_number_that_was_confirmed(self, people) -> None:
        event, organiser, (first, second, _third) = people
        services.draft(organiser, event, numbers=[first.number, second.number], verdict=Verdict.ACCEPT)
        with pytest.raises(services.DraftsChanged):
            services.release(organiser, event, expected=1)
        assert len(drafts(event)) == 2

    def test_nobody_releases_a_verdict_that_was_changed_behind_their_back(self, people, queued_mail) -> None:
        event, organiser, (first, second, _third) = people
        services.draft(organiser, event, numbers=[first.number, second.number], verdict=Verdict.ACCEPT)
        seen = services.preview(organiser, event)
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.REJECT)
        with pytest.raises(services.DraftsChanged):
            services.release(organiser, event, expected=seen.total, newest=seen.newest)
        assert queued_mail() == []
        seen = services.preview(organiser, event)
        assert services.release(organiser, event, expected=2, newest=seen.newest).counts == {
            "accept": 1,
            "reject": 1,
        }

    def test_who_withdrew_meanwhile_is_told_nothing(self, people, queued_mail) -> None:
        event, organiser, (first, second, _third) = people
        services.draft(organiser, event, numbers=[first.number, second.number], verdict=Verdict.REJECT)
        first.state, first.withdrawn_at = ApplicationState.WITHDRAWN, now()
        assert services.preview(organiser, event).total == 1
        services.release(organiser, event, expected=1)
        assert [message.to_address for message in queued_mail()] == [second.email]

    def test_a_released_decision_is_followed_never_changed(self, people) -> None:
        event, organiser, (first, *_rest) = people
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.WAITLIST)
        services.release(organiser, event, expected=1)
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.ACCEPT)
        assert services.find_released(first).verdict is Verdict.WAITLIST
        services.release(organiser, event, expected=1)
        assert services.find_released(first).verdict is Verdict.ACCEPT
        verdicts = db.session.scalars(
            select(Decision.verdict).filter_by(application_id=first.id).order_by(Decision.id)
        )
        assert list(verdicts) == [Verdict.WAITLIST, Verdict.ACCEPT]

    def test_what_was_decided_on_stays_as_it_is(self, people) -> None:
        event, organiser, (first, second, _third) = people
        owner, other = (db.session.get_one(User, each.user_id) for each in (first, second))
        for person in (owner, other):
            applications.begin_changes(person, event)
        services.draft(organiser, event, numbers=[first.number], verdict=Verdict.WAITLIST)
        applications.save(owner, event.key, {"affiliation": "While it is a draft"})
        act = services.release(organiser, event, expected=1)
        for change in (
            lambda: applications.save(owner, event.key, {"affiliation": "Too late"}),
            lambda: applications.submit(owner, event),
            lambda: applications.begin_changes(owner, event),
        ):
            with pytest.raises(applications.AlreadyDecided):
                change()
        db.session.refresh(first)
        assert (first.decided_at, second.decided_at) == (act.released_at, None)
        applications.submit(other, event)
        applications.withdraw(owner, event)
        with pytest.raises(applications.AlreadyDecided):
            applications.begin_changes(owner, event)

    def test_a_decision_that_follows_leaves_the_moment_of_the_first(self, people) -> None:
        event, organiser, (first, *_rest) = people
        moments = []
        for verdict in (Verdict.WAITLIST, Verdict.ACCEPT):
            services.draft(organiser, event, numbers=[first.number], verdict=verdict)
            moments.append(services.release(organiser, event, expected=1).released_at)
        db.session.refresh(first)
        assert first.decided_at == moments[0] < moments[1]

    def test_the_message_is_in_the_language_of_the_applicant(self, people, queued_mail) -> None:
        event, organiser, _applications = people
        french = make_application(event, make_user(language="fr"))
        services.draft(organiser, event, numbers=[french.number], verdict=Verdict.ACCEPT)
        assert services.preview(organiser, event).languages == {"fr": 1}
        services.release(organiser, event, expected=1)
        assert [message.language for message in queued_mail()] == ["fr"]


class TestApi:
    @pytest.fixture
    def numbers(self, app, event) -> list[int]:
        with app.app_context():
            numbers = [make_application(event).number for _number in range(3)]
            db.session.commit()
        return numbers

    def test_drafting_previewing_and_releasing(self, alice, event, numbers) -> None:
        url = f"/api/v1/events/{event.key}"
        drafted = alice.put(f"{url}/decisions", json={"applications": numbers, "verdict": "accept"})
        assert (drafted.status_code, drafted.json) == (200, {"changed": 3, "skipped": []})
        preview = alice.get(f"{url}/releases/preview").json
        assert preview.pop("newest") > 0
        assert preview == {"total": 3, "verdicts": {"accept": 3}, "languages": {"en": 3}}
        stale = alice.post(f"{url}/releases", json={"expected": 2})
        assert (stale.status_code, stale.json["type"]) == (412, "/problems/drafts-changed")
        released = alice.post(f"{url}/releases", json={"expected": 3})
        assert (released.status_code, released.json["counts"]) == (201, {"accept": 3})
        again = alice.post(f"{url}/releases", json={"expected": 3})
        assert (again.status_code, again.json["type"]) == (409, "/problems/nothing-to-release")
        assert [act["id"] for act in alice.get(f"{url}/releases").json["data"]] == [released.json["id"]]

    def test_an_unknown_number_is_404(self, alice, event, numbers) -> None:
        body = {"applications": [max(numbers) + 1], "verdict": "accept"}
        assert alice.put(f"/api/v1/events/{event.key}/decisions", json=body).status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            {"applications": [], "verdict": "accept"},
            {"applications": [1], "verdict": "perhaps"},
            {"applications": ["1; DROP TABLE"], "verdict": "accept"},
            {"applications": [0], "verdict": "accept"},
            {"applications": [2**40], "verdict": "accept"},
            {"verdict": "accept"},
        ],
    )
    def test_a_wrong_body_is_400(self, alice, event, body) -> None:
        assert alice.put(f"/api/v1/events/{event.key}/decisions", json=body).status_code == 400

    def test_applicants_and_strangers_may_not(self, bob, event, numbers) -> None:
        url = f"/api/v1/events/{event.key}"
        body = {"applications": numbers, "verdict": "accept"}
        assert bob.put(f"{url}/decisions", json=body).status_code == 403
        assert bob.post(f"{url}/releases", json={"expected": 3}).status_code == 403
        assert bob.get(f"{url}/releases/preview").status_code == 403
