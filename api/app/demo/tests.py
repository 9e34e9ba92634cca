"""The demonstration."""

import pytest
from sqlalchemy import func, select

from app.applications.models import Application, ApplicationState
from app.decisions.models import Decision
from app.demo import story
from app.demo.people import make_people
from app.demo.services import list_sign_ins, load
from app.emails.models import Message
from app.events.models import Event, EventRole, PhaseKind, Role
from app.events.policies import is_open
from app.events.services.lookup import get_event
from app.invited_guests.models import InvitedGuest
from app.users.models import User
from app.users.services.accounts import authenticate
from app.utils.database import db
from app.utils.time import now


@pytest.mark.committed
def test_it_makes_what_it_promises(app) -> None:
    said: list[str] = []
    with app.app_context():
        load(applicants=20, seed=3, progress=said.append)
        keys = db.session.scalars(select(Event.key).order_by(Event.starts_on)).all()
        past, present = (get_event(None, key) for key in keys)
        assert is_open(present, PhaseKind.APPLICATION, now())
        assert not is_open(past, PhaseKind.APPLICATION, now())
        states = dict(
            db.session.execute(
                select(Application.state, func.count())
                .filter_by(event_id=present.id)
                .group_by(Application.state)
            ).all()
        )
        assert sum(states.values()) == 21
        assert states[ApplicationState.SUBMITTED] > 10
        undecided = select(func.count()).select_from(Decision).filter_by(event_id=past.id, release_id=None)
        assert db.session.scalar(undecided) == 0
        assert db.session.scalar(select(func.count()).select_from(InvitedGuest)) == 40
        assert set(db.session.scalars(select(EventRole.role).filter_by(event_id=present.id))) == set(Role)
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0
        for sign_in in list_sign_ins():
            assert authenticate(email=sign_in.email, password=story.PASSWORD).email == sign_in.email
            assert any(sign_in.email in line for line in said)
        submitted = db.session.scalars(
            select(Application.submitted_at).where(Application.submitted_at.is_not(None))
        )
        assert all(moment <= now() for moment in submitted)
        assert db.session.scalar(select(func.count(func.distinct(User.country)))) > 5


def test_the_same_seed_makes_the_same_people() -> None:
    first, second, other = (make_people(seed, salt="x") for seed in (5, 5, 6))
    some = [[next(people) for _number in range(50)] for people in (first, second, other)]
    assert some[0] == some[1]
    assert some[0] != some[2]
    assert len({person.email for person in some[0]}) == 50
