"""A cancelled event, seen by everybody in it."""

from collections.abc import Callable

from flask import Flask

from app.applications.factories import make_application
from app.applications.models import ApplicationState
from app.emails.models import Message
from app.events.factories import make_role
from app.events.models import Event, Role
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState
from app.organisations.factories import make_member
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client


def test_everybody_in_it_hears_of_it_once(
    app: Flask, alice: Client, event: Event, queued_mail: Callable[[], list[Message]]
) -> None:
    with app.app_context():
        draft, submitted, withdrawn, both = (
            make_user(f"{name}@example.org") for name in ("draft", "submitted", "withdrawn", "both")
        )
        make_application(event, draft, submitted=False)
        make_application(event, submitted)
        make_application(event, withdrawn).state = ApplicationState.WITHDRAWN
        make_application(event, both)
        make_role(event, both, Role.DESK)
        make_guest(event, email="invited@example.org")
        make_guest(event, email="both@example.org")
        make_guest(event, email="declined@example.org", state=GuestState.DECLINED)
        db.session.commit()
    response = alice.post(
        f"/api/v1/events/{event.key}/state", json={"state": "cancelled", "note": "The lake is in flood."}
    )
    assert response.status_code == 200
    messages = queued_mail()
    assert sorted(message.to_address for message in messages) == [
        "both@example.org",
        "draft@example.org",
        "invited@example.org",
        "submitted@example.org",
    ]
    assert all("The lake is in flood." in message.text for message in messages)


def test_members_find_their_organisations_at_home(app: Flask, bob: Client, event: Event) -> None:
    organisation = event.organisation
    assert organisation.name not in bob.get("/home").text
    with app.app_context():
        make_member(organisation, bob.user)
        db.session.commit()
    assert f'href="/organisations/{organisation.key}"' in bob.get("/home").text
