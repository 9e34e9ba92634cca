"""What the tests of applications share: a call with a form, and somebody who applies."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.applications.factories import make_application_form
from app.events.factories import make_event
from app.events.models import Event
from app.organisations.models import Organisation
from app.users.factories import make_user
from app.users.models import User

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
