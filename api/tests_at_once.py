"""Two people, or one with two hands, at the same moment: real connections, committed, through the doors."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from app.applications.factories import GOOD_ANSWERS, make_application, make_application_form
from app.applications.models import Application, ApplicationState
from app.emails.models import Message
from app.events.factories import make_role
from app.events.models import Event, EventPhase, EventRole, PhaseKind, Role
from app.forms.factories import make_document, make_question
from app.forms.models import Response
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from flask import Flask
from sqlalchemy import func, select

pytestmark = pytest.mark.committed

Mail = Callable[[], list[Message]]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls answer, begun at the same moment, each in a thread of its own."""
    start = Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def statuses(answers: Sequence[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def another(app: Flask, client: Client) -> Client:
    """Another browser of the same person."""
    return sign_in_client(app, client.user)


class TestReleasing:
    def test_two_organisers_release_once(
        self, app: Flask, event: Event, alice: Client, queued_mail: Mail
    ) -> None:
        with app.app_context():
            numbers = [make_application(event).number for _ in range(12)]
            second = make_role(event, make_user()).user
            db.session.commit()
        path = f"/api/v1/events/{event.key}"
        alice.put(f"{path}/decisions", json={"applications": numbers, "verdict": "accept"})
        both = (alice, sign_in_client(app, second))
        answers = at_once(
            *[lambda c=client: c.post(f"{path}/releases", json={"expected": 12}) for client in both]
        )
        assert statuses(answers)[0] == 201
        assert statuses(answers)[1] in (409, 412)
        told = Counter(m.to_address for m in queued_mail() if m.template.startswith("decision"))
        assert len(told) == 12
        assert set(told.values()) == {1}

    def test_a_decision_drafted_meanwhile_is_told_once_or_waits_or_is_noticed(
        self, app: Flask, event: Event, alice: Client, queued_mail: Mail
    ) -> None:
        with app.app_context():
            numbers = [make_application(event).number for _ in range(6)]
            db.session.commit()
        path = f"/api/v1/events/{event.key}"
        alice.put(f"{path}/decisions", json={"applications": numbers, "verdict": "accept"})
        changing = {"applications": numbers[:3], "verdict": "reject"}
        other = another(app, alice)
        released, drafted = at_once(
            lambda: alice.post(f"{path}/releases", json={"expected": 6}),
            lambda: other.put(f"{path}/decisions", json=changing),
        )
        assert drafted.status_code == 200
        told = [m for m in queued_mail() if m.template.startswith("decision")]
        pending = alice.get(f"{path}/releases/preview").json
        if released.status_code == 412:
            assert (told, pending["verdicts"]) == ([], {"accept": 3, "reject": 3})
            return
        assert released.status_code == 201
        # Each hears once; what was drafted too late for this release stands for the next one.
        assert sorted(Counter(m.to_address for m in told).values()) == [1] * 6
        assert pending["verdicts"] in ({}, {"reject": 3})


class TestRoles:
    def test_two_organisers_cannot_take_each_other_out(self, app: Flask, event: Event, alice: Client) -> None:
        with app.app_context():
            role = make_role(event, make_user())
            second, second_role = role.user, role.id
            first_role = db.session.scalar(select(EventRole.id).filter_by(user_id=alice.user.id))
            db.session.commit()
        other = sign_in_client(app, second)
        path = f"/api/v1/events/{event.key}/people"
        answers = at_once(
            lambda: alice.delete(f"{path}/{second_role}"), lambda: other.delete(f"{path}/{first_role}")
        )
        assert statuses(answers)[0] == 204
        assert statuses(answers)[1] in (403, 404, 409)
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(EventRole)) == 1

    def test_an_invitation_is_accepted_once(
        self, app: Flask, event: Event, alice: Client, bob: Client, queued_mail: Mail
    ) -> None:
        path = f"/api/v1/events/{event.key}"
        invitation = {"email": "bob@example.org", "role": "viewer"}
        assert alice.post(f"{path}/role-invitations", json=invitation).status_code == 201
        secret = queued_mail()[-1].secret
        assert secret is not None
        code, clients = {"code": secret.rpartition("/")[2]}, [another(app, bob) for _ in range(4)]
        answers = at_once(*[lambda c=client: c.post(f"{path}/join", json=code) for client in clients])
        assert Counter(statuses(answers))[200] == 1
        assert all(answer.status_code in (200, 404, 409) for answer in answers), statuses(answers)
        with app.app_context():
            roles = db.session.scalars(select(EventRole.role).filter_by(user_id=bob.user.id)).all()
        assert roles == [Role.VIEWER]


class TestTheDeadline:
    @pytest.mark.parametrize(("before", "status"), [(1, 200), (0, 409), (-1, 409)])
    def test_holds_to_the_millisecond(
        self, app: Flask, event: Event, bob: Client, before: int, status: int
    ) -> None:
        with app.app_context():
            make_application_form(event)
            phase = db.session.scalars(
                select(EventPhase).filter_by(event_id=event.id, kind=PhaseKind.APPLICATION)
            ).one()
            closes = phase.closes_at
            make_application(event, bob.user, submitted=False, answers=GOOD_ANSWERS)
            db.session.commit()
        path = f"/api/v1/events/{event.key}/applications/mine"
        moment = closes.astimezone(UTC) - timedelta(milliseconds=before)
        with time_machine.travel(moment, tick=False):
            # Signed in by then: the session began before.
            client = sign_in_client(app, bob.user)
            saved = client.patch(f"{path}/answers", json={"answers": {"project": "At the last moment."}})
            assert saved.status_code == status
            assert client.post(f"{path}/submission").status_code == status
        with app.app_context():
            found = db.session.scalars(select(Application)).one()
            assert found.state is (ApplicationState.SUBMITTED if status == 200 else ApplicationState.DRAFT)
            assert found.submitted_at == (moment if status == 200 else None)


QUESTIONS = 12


class TestSaving:
    @pytest.fixture
    def path(self, app: Flask, event: Event, bob: Client) -> str:
        with app.app_context():
            questions = [make_question(f"q{number}") for number in range(QUESTIONS)]
            make_application_form(event, make_document(*questions))
            db.session.commit()
        assert bob.post(f"/api/v1/events/{event.key}/applications").status_code == 201
        return f"/api/v1/events/{event.key}/applications/mine"

    def test_no_save_that_was_acknowledged_is_lost(self, app: Flask, bob: Client, path: str) -> None:
        """Three windows save at random for some hundred times; answers get lost on the way and are asked for again."""
        journal: dict[int, dict[str, str]] = {}

        def window(number: int) -> None:
            chance, client, revision = random.Random(number), another(app, bob), 0
            for turn in range(40):
                keys = chance.sample(range(QUESTIONS), chance.randint(1, 3))
                answers = {f"q{key}": f"{number}.{turn}" for key in keys}
                sent = {"answers": answers, "save_id": f"w{number}t{turn}"}
                answer = self._send(client, path, sent, revision)
                # The answer is lost: the window does not know, and sends the same again.
                if chance.random() < 0.3:
                    repeated = self._send(client, path, sent, revision)
                    assert answer.status_code in (repeated.status_code, 412)
                    answer = repeated
                if answer.status_code == 412:
                    revision = client.get(path).json["revision"]
                    continue
                assert answer.status_code == 200, answer.text
                revision = answer.json["revision"]
                assert revision not in journal, "two saves made the same revision"
                journal[revision] = answers

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(window, range(3)))
        expected: dict[str, str] = {}
        for revision in sorted(journal):
            expected |= journal[revision]
        with app.app_context():
            response = db.session.scalars(select(Response)).one()
        assert len(journal) > 60
        assert sorted(journal) == list(range(1, response.revision + 1))
        assert response.answers == expected

    def test_saving_submitting_and_discarding_at_once_ends_whole(
        self, app: Flask, bob: Client, path: str
    ) -> None:
        for turn in range(8):
            bob.post(f"{path}/draft")
            clients = [another(app, bob) for _ in range(5)]
            answers = at_once(
                lambda c=clients[0], t=turn: c.patch(f"{path}/answers", json={"answers": {"q1": f"{t}"}}),
                lambda c=clients[1]: c.post(f"{path}/submission"),
                lambda c=clients[2]: c.delete(f"{path}/draft"),
                lambda c=clients[3], t=turn: c.patch(f"{path}/answers", json={"answers": {"q2": f"{t}"}}),
                lambda c=clients[4]: c.delete(f"{path}/submission"),
            )
            assert all(answer.status_code in (200, 404, 409, 412) for answer in answers), statuses(answers)
            shown = bob.get(path)
            assert shown.status_code == 200, shown.text
            # What the server took is there, in the draft or in what was submitted.
            if answers[0].status_code == 200 and answers[2].status_code != 200:
                assert f'"q1":"{turn}"' in self._everything(app)

    def _everything(self, app: Flask) -> str:
        with app.app_context():
            answers = db.session.scalars(select(Response.answers)).all()
        return str(answers).replace("'", '"').replace(": ", ":")

    def _send(self, client: Client, path: str, sent: dict[str, Any], revision: int) -> Any:
        return client.patch(f"{path}/answers", json=sent, headers={"If-Match": f'"{revision}"'})
