"""What the API's description promises, tried with made-up requests: no 500, no status and no shape that it does not name.

The cases are made from the description itself, the same ones each time; `schemathesis run` against a running server
looks further.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from app.applications.factories import make_application, make_application_form
from app.events.models import Event
from app.invited_guests.factories import make_guest
from app.organisations.factories import make_member
from app.organisations.models import Organisation
from app.utils.database import db
from app.utils.testing import Client
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

DESCRIPTION = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDS = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
# Nobody could go on after these.
LAST = {("DELETE", "/authenticate"), ("POST", "/user/erasure"), ("DELETE", "/user/sessions")}

Try = Callable[[Client, int], int]


@pytest.fixture
def try_everything(app: Flask, organisation: Organisation, event: Event) -> Try:
    """`try_everything(client, n)` sends about n made-up requests for each operation; gives how many were sent."""
    with app.app_context():
        version = make_application_form(event)
        application = make_application(event)
        numbers = {
            "guest_id": make_guest(event).id,
            "form_id": version.form_id,
            "number": application.number,
        }
        db.session.commit()
    known = {
        "event_key": event.key,
        "organisation_key": organisation.key,
        "name": "guest_invitation",
        "language": "en",
        **numbers,
    }
    description = schemathesis.openapi.from_wsgi(DESCRIPTION, app)

    def go(client: Client, examples: int) -> int:
        sent = 0
        headers = {"Accept-Encoding": "identity"}  # the fuzzer would not unpack it
        if client.token:
            headers["Authorization"] = f"Bearer {client.token}"

        def try_one(operation: Any) -> None:
            @settings(max_examples=examples, **BOUNDS)
            @given(case=operation.as_strategy())
            def run(case: Any) -> None:
                nonlocal sent
                case.path_parameters.update(
                    {key: value for key, value in known.items() if key in case.path_parameters}
                )
                response = case.call(headers=headers)
                case.validate_response(response, checks=CHECKS)
                sent += 1

            run()

        for result in description.get_all_operations():
            operation = result.ok()
            if (operation.method.upper(), operation.path) not in LAST:
                try_one(operation)
        return sent

    return go


class TestWhatTheDescriptionPromises:
    def test_holds_for_whoever_may_do_everything(
        self, app: Flask, organisation: Organisation, alice: Client, try_everything: Try
    ) -> None:
        with app.app_context():
            make_member(organisation, alice.user)
            db.session.commit()
        assert try_everything(alice, 3) > 150

    def test_holds_for_whoever_takes_part(self, bob: Client, try_everything: Try) -> None:
        assert try_everything(bob, 1) > 60

    def test_holds_for_nobody(self, anonymous: Client, try_everything: Try) -> None:
        assert try_everything(anonymous, 1) > 60
