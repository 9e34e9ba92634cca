"""Who may not: every route that is not in a literal list of public ones refuses a stranger, and every route of an event
or an organisation refuses whoever has no part in it.

The tests walk over the route table by themselves: a new route is covered on the day it is written, or must be named here.
"""

from typing import Any

import pytest
from app.applications.factories import LITTLE_FORM
from app.events.factories import make_event, make_role
from app.events.models import Event, Role
from app.organisations.factories import make_member, make_organisation
from app.organisations.models import Organisation
from app.routes import Route
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from flask import Flask
from testing_world import World, arguments_of, example_of, fill, make_world, routes

# Open to anybody, signed in or not. To add a line here is a decision.
PUBLIC = {
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/docs"),
    ("POST", "/api/v1/user"),
    ("POST", "/api/v1/authenticate"),
    ("POST", "/api/v1/verifications/<secret>"),
    ("POST", "/api/v1/password-resets"),
    ("POST", "/api/v1/password-resets/<secret>"),
    ("GET", "/api/v1/form-schema"),
    ("GET", "/api/v1/events"),
    ("GET", "/api/v1/events/<event_key>"),
    ("GET", "/"),
    ("GET", "/events/<event_key>"),
    ("GET", "/events/<event_key>/dates.ics"),
    ("GET", "/privacy/<organisation_key>"),
    ("GET", "/theme/<organisation_key>.<version>.css"),
    # Whoever holds a mailed link may see whom it invites, to what, and answer.
    ("GET", "/join/<code>"),
    ("POST", "/join/<code>/register"),
    ("GET", "/events/<event_key>/join/<code>"),
    ("POST", "/events/<event_key>/join/<code>/register"),
    ("GET", "/invitations/<secret>"),
    ("GET", "/invitations/<secret>/accept"),
    ("POST", "/invitations/<secret>/accept"),
    ("GET", "/invitations/<secret>/decline"),
    ("POST", "/invitations/<secret>/decline"),
    ("GET", "/register"),
    ("POST", "/register"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/verify/<secret>"),
    ("POST", "/verify/<secret>"),
    ("GET", "/forgotten-password"),
    ("POST", "/forgotten-password"),
    ("GET", "/reset-password/<secret>"),
    ("POST", "/reset-password/<secret>"),
    ("GET", "/privacy"),
}
# Of an event or an organisation, and yet for anybody who is signed in: one's own application, one's own invitation.
OWN = {
    ("POST", "/api/v1/events/<event_key>/join"),
    ("POST", "/api/v1/events/<event_key>/applications"),
    ("GET", "/events/<event_key>/apply"),
    ("POST", "/events/<event_key>/apply"),
    ("POST", "/events/<event_key>/join/<code>"),
    ("GET", "/events/<event_key>/invitation"),
    ("GET", "/events/<event_key>/invitation/accept"),
    ("POST", "/events/<event_key>/invitation/accept"),
    ("GET", "/events/<event_key>/invitation/decline"),
    ("POST", "/events/<event_key>/invitation/decline"),
}
# Bodies that are good in meaning, where the example made from the description is not.
MESSAGE = {"subject": "Welcome", "body": "Dear {{ name }},\n\n[Answer]({{ link }})"}
NEW_EVENT = {
    "key": "winter-school",
    "titles": {"en": "Winter School"},
    "time_zone": "Africa/Nairobi",
    "starts_on": "2027-07-05",
    "ends_on": "2027-07-16",
}
GUEST = {"email": "guest@example.org", "name": "Dr. Guest", "role": "speaker"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/organisations/<organisation_key>/events"): NEW_EVENT,
    ("POST", "/organisations/<organisation_key>/events/new"): NEW_EVENT,
    ("PATCH", "/api/v1/events/<event_key>"): {"place": "Kisumu"},
    ("POST", "/events/<event_key>/settings"): {"summaries": {"en": "Two weeks."}},
    ("POST", "/events/<event_key>/settings/dates"): {"time_zone": "Africa/Kigali"},
    ("POST", "/events/<event_key>/settings/place"): {"place": "Kisumu"},
    ("POST", "/events/<event_key>/settings/guest-roles"): {
        "guest_roles": [{"key": "speaker", "label": {"en": "Speaker"}}]
    },
    ("POST", "/api/v1/events/<event_key>/invited-guests"): GUEST,
    ("PATCH", "/api/v1/events/<event_key>/invited-guests/<int:guest_id>"): {"role": "mentor"},
    ("POST", "/events/<event_key>/invited-guests"): GUEST,
    ("POST", "/events/<event_key>/invited-guests/preview"): GUEST,
    ("POST", "/events/<event_key>/invited-guests/<int:guest_id>"): {"role": "mentor"},
    ("POST", "/events/<event_key>/messages/<name>/<language>"): MESSAGE,
    ("PUT", "/api/v1/events/<event_key>/forms/<int:form_id>/draft"): {"document": LITTLE_FORM},
    ("PUT", "/api/v1/events/<event_key>/message-templates/<name>/<language>"): MESSAGE,
    ("POST", "/api/v1/events/<event_key>/message-templates/<name>/<language>/preview"): MESSAGE,
    ("POST", "/events/<event_key>/apply/answers"): {
        "account": 1,
        "answers": {},
        "save_id": "1",
        "revision": 0,
    },
}


def key_of(route: Route) -> tuple[str, str]:
    return route[0], route[1]


def name_of(route: Any) -> str | None:
    return f"{route[0]} {route[1]}" if isinstance(route, tuple) else None


def is_scoped(route: Route) -> bool:
    return any(name in ("event_key", "organisation_key") for name, _converter in arguments_of(route[1]))


def guarded() -> list[Route]:
    """The routes of an event or an organisation that are for some people only."""
    own = [route for route in routes() if any(word in route[1] for word in ("/mine", "/apply/"))]
    return [
        route
        for route in routes()
        if is_scoped(route) and key_of(route) not in PUBLIC | OWN and route not in own
    ]


def send(client: Client, route: Route, address: str) -> Any:
    """Send what the route wants, as well as its description says it."""
    method, path, view = route
    spec, form = getattr(view, "spec", None), getattr(view, "form", None)
    model = spec.body if spec else form
    body = BODIES.get((method, path), example_of(model) if model else {})
    if spec and spec.body:
        return client.open(address, method=method, json=body, buffered=True)
    if method == "POST" and not spec:
        return client.open(address, method=method, data=_as_form(body), buffered=True)
    return client.open(address, method=method, buffered=True)


def _as_form(value: Any, name: str = "") -> dict[str, Any]:
    """What a page's form would send: parts of a whole named with dots, as `NestedInput` reads them."""
    if isinstance(value, dict):
        parts = [_as_form(part, f"{name}.{key}" if name else str(key)) for key, part in value.items()]
        return {key: part for each in parts for key, part in each.items()}
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return _as_form({str(number): part for number, part in enumerate(value)}, name)
    if value is None:
        return {}
    return {name: {True: "true", False: "false"}[value] if isinstance(value, bool) else value}


@pytest.fixture
def world(app: Flask, organisation: Organisation, event: Event, alice: Client) -> World:
    """What alice has to do with: she organises the event and owns its organisation."""
    with app.app_context():
        make_member(organisation, alice.user)
        made = make_world(organisation, event)
        db.session.commit()
    return made


def address_of(app: Flask, route: Route, world: World, **given: str) -> str:
    with app.app_context():
        address = fill(route[1], world, **given)
        db.session.commit()
    return address


class TestStrangers:
    @pytest.mark.parametrize("route", [r for r in routes() if key_of(r) not in PUBLIC], ids=name_of)
    def test_whoever_is_not_signed_in_is_refused(
        self, app: Flask, route: Route, world: World, anonymous: Client
    ) -> None:
        response = send(anonymous, route, address_of(app, route, world))
        if route[1].startswith("/api/") or route[0] != "GET":
            assert response.status_code == 401
        else:
            assert response.status_code == 302
            assert response.location.startswith("/sign-in?next=/")

    @pytest.mark.parametrize("route", [r for r in routes() if key_of(r) in PUBLIC], ids=name_of)
    def test_the_public_ones_are_public(
        self, app: Flask, route: Route, world: World, anonymous: Client
    ) -> None:
        response = send(anonymous, route, address_of(app, route, world))
        assert response.status_code < 500
        if response.status_code == 401:
            assert "wrong-credentials" in response.text or "do not fit together" in response.text
        assert not str(response.location or "").startswith("/sign-in")

    def test_the_list_names_nothing_that_is_not_there(self) -> None:
        assert {key_of(route) for route in routes()} >= PUBLIC | OWN | set(BODIES)


class TestTenants:
    @pytest.mark.parametrize("route", guarded(), ids=name_of)
    def test_whoever_has_no_part_in_it_is_refused(
        self, app: Flask, route: Route, world: World, alice: Client, charlie: Client
    ) -> None:
        with app.app_context():
            elsewhere = make_organisation()
            other = make_event(elsewhere)
            neighbour = make_user()
            make_member(elsewhere, neighbour)
            make_role(other, neighbour)
            db.session.commit()
        address = address_of(app, route, world)
        for client in (charlie, sign_in_client(app, neighbour)):
            assert send(client, route, address).status_code in (403, 404)
        # And the refusal was not for want of a thing there, or of a good body: whoever may gets further.
        allowed = send(alice, route, address)
        assert allowed.status_code not in (400, 401, 403, 404, 405, 415), allowed.text[:1500]

    @pytest.mark.parametrize(
        "route",
        [
            r
            for r in guarded()
            if any(kind == "int" and name != "number" for name, kind in arguments_of(r[1]))
        ],
        ids=name_of,
    )
    def test_nobody_reaches_anothers_things_through_their_own(
        self, app: Flask, route: Route, world: World
    ) -> None:
        with app.app_context():
            elsewhere = make_organisation()
            other = make_event(elsewhere)
            neighbour = make_user()
            make_member(elsewhere, neighbour)
            make_role(other, neighbour)
            db.session.commit()
        address = address_of(app, route, world, event_key=other.key, organisation_key=elsewhere.key)
        assert send(sign_in_client(app, neighbour), route, address).status_code == 404

    def test_there_is_something_to_test(self) -> None:
        assert len(guarded()) > 30


# What a viewer may send although nothing comes of it, and pages that are there to change something.
PREVIEWS = {
    ("POST", "/api/v1/events/<event_key>/message-templates/<name>/<language>/preview"),
    ("POST", "/events/<event_key>/messages/<name>/<language>/preview"),
}
FOR_CHANGES = {
    ("GET", "/events/<event_key>/invited-guests/new"),
    ("GET", "/events/<event_key>/invited-guests/table"),
    ("GET", "/events/<event_key>/invited-guests/<int:guest_id>/remove"),
}


def may(role: Role, route: Route) -> bool:
    """What each role may do in an event, of all that its organisers may."""
    if "<event_key>" not in route[1]:
        return False
    if role is Role.VIEWER:
        return key_of(route) in PREVIEWS or (route[0] == "GET" and key_of(route) not in FOR_CHANGES)
    return role is Role.REGISTRAR and "/invited-guests" in route[1]


class TestRoles:
    @pytest.mark.parametrize("route", guarded(), ids=name_of)
    def test_each_does_what_is_theirs_and_nothing_else(self, app: Flask, route: Route, world: World) -> None:
        for role in (each for each in Role if each is not Role.ORGANISER):
            with app.app_context():
                person = make_role(world.event, make_user(), role).user
                db.session.commit()
            status = send(sign_in_client(app, person), route, address_of(app, route, world)).status_code
            assert (status not in (403, 404)) is may(role, route), (role, status)

    @pytest.mark.parametrize("route", guarded(), ids=name_of)
    def test_whoever_organises_another_event_of_the_same_organisation_does_nothing_here(
        self, app: Flask, route: Route, world: World
    ) -> None:
        with app.app_context():
            other = make_event(world.organisation)
            neighbour = make_role(other, make_user()).user
            db.session.commit()
        assert send(sign_in_client(app, neighbour), route, address_of(app, route, world)).status_code in (
            403,
            404,
        )
