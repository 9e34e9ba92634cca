"""Every role on every act of organisations and events, cell by cell, through both doors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, request, request_started
from sqlalchemy import func, select

from app import routes
from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.events.services import invitations as role_invitations
from app.events.tests_tables import API, FORMS, OPEN_PAGES, PAGES, WHO
from app.organisations.factories import make_member, make_organisation
from app.organisations.models import MemberRole, Organisation
from app.organisations.services import invitations as member_invitations
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.testing import Client, sign_in_client

Ask = Callable[["World", Client], Any]

TEXT = {"subject": "It is off", "body": "We are sorry."}


@dataclass
class World:
    """One organisation with everybody in it."""

    app: Flask
    organisation: Organisation
    event: Event
    draft: Event
    unlisted: Event
    cancelled: Event
    owner: User
    organiser: User
    clients: dict[str, Client]
    count: int = 0

    @contextmanager
    def making(self) -> Iterator[None]:
        with self.app.app_context():
            yield
            db.session.commit()

    @property
    def at(self) -> str:
        return f"/api/v1/organisations/{self.organisation.key}"

    @property
    def on(self) -> str:
        return f"/api/v1/events/{self.event.key}"

    def address(self) -> str:
        self.count += 1
        return f"invited{self.count}@example.org"

    def member(self, role: MemberRole) -> int:
        with self.making():
            return make_member(self.organisation, role=role).id

    def role(self) -> int:
        with self.making():
            return make_role(self.event, role=Role.DESK).id

    def invited_member(self, role: MemberRole) -> int:
        with self.making():
            return member_invitations.invite(
                self.owner, self.organisation, email=self.address(), role=role
            ).id

    def invited(self) -> int:
        with self.making():
            return role_invitations.invite(
                self.organiser, self.event, email=self.address(), role=Role.DESK
            ).id


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        organisation, other = make_organisation(), make_organisation()
        event, draft, unlisted, cancelled, second = (
            make_event(organisation, state=state)
            for state in (
                EventState.PUBLISHED,
                EventState.DRAFT,
                EventState.UNLISTED,
                EventState.CANCELLED,
                EventState.PUBLISHED,
            )
        )
        people = {name: make_user(f"{name}@example.org") for name in WHO[1:] if name != "operator"}
        people["operator"] = make_user("operator@example.org", is_admin=True)
        make_member(other, people["neighbour"])
        make_member(organisation, people["owner"])
        make_member(organisation, people["admin"], MemberRole.ADMIN)
        make_role(second, people["colleague"])
        for role in Role:
            for one in (event, draft):
                make_role(one, people[role.value], role)
        db.session.commit()
    clients = {name: sign_in_client(app, user) for name, user in people.items()}
    anonymous = app.test_client()
    assert isinstance(anonymous, Client)
    clients["anonymous"] = anonymous
    return World(
        app, organisation, event, draft, unlisted, cancelled, people["owner"], people["organiser"], clients
    )


def new_organisation(world: World) -> dict[str, str]:
    return {
        "key": f"new-{world.address().partition('@')[0]}",
        "name": "New",
        "contact_email": "new@example.org",
    }


def new_event(world: World) -> dict[str, Any]:
    return {
        "key": f"event-{world.address().partition('@')[0]}",
        "titles": {"en": "New Event"},
        "time_zone": "UTC",
        "starts_on": "2027-07-05",
        "ends_on": "2027-07-16",
    }


def patch_member(role: MemberRole, to: str) -> Ask:
    return lambda world, who: who.patch(f"{world.at}/members/{world.member(role)}", json={"role": to})


def remove_member(role: MemberRole) -> Ask:
    return lambda world, who: who.delete(f"{world.at}/members/{world.member(role)}")


def invite_member(role: str) -> Ask:
    return lambda world, who: who.post(
        f"{world.at}/invitations", json={"email": world.address(), "role": role}
    )


def resend_member(role: MemberRole) -> Ask:
    return lambda world, who: who.post(f"{world.at}/invitations/{world.invited_member(role)}/resend")


def withdraw_member(role: MemberRole) -> Ask:
    return lambda world, who: who.delete(f"{world.at}/invitations/{world.invited_member(role)}")


def read(key: Callable[[World], Event], rest: str = "") -> Ask:
    return lambda world, who: who.get(f"/api/v1/events/{key(world).key}{rest}")


OWNER, ADMIN = MemberRole.OWNER, MemberRole.ADMIN
ASK: dict[str, Ask] = {
    "create an organisation": lambda w, who: who.post("/api/v1/organisations", json=new_organisation(w)),
    "list one's organisations": lambda _w, who: who.get("/api/v1/organisations"),
    "read the organisation": lambda w, who: who.get(w.at),
    "change the organisation": lambda w, who: who.patch(w.at, json={"website": "https://lakeside.example"}),
    "list members": lambda w, who: who.get(f"{w.at}/members"),
    "make an admin an owner": patch_member(ADMIN, "owner"),
    "make an owner an admin": patch_member(OWNER, "admin"),
    "remove an admin": remove_member(ADMIN),
    "remove an owner": remove_member(OWNER),
    "list invitations of members": lambda w, who: who.get(f"{w.at}/invitations"),
    "invite an admin": invite_member("admin"),
    "invite an owner": invite_member("owner"),
    "resend an admin's invitation": resend_member(ADMIN),
    "resend an owner's invitation": resend_member(OWNER),
    "withdraw an admin's invitation": withdraw_member(ADMIN),
    "withdraw an owner's invitation": withdraw_member(OWNER),
    "read the organisation's history": lambda w, who: who.get(f"{w.at}/history"),
    "list the organisation's events": lambda w, who: who.get(f"{w.at}/events"),
    "create an event": lambda w, who: who.post(f"{w.at}/events", json=new_event(w)),
    "list published events": lambda _w, who: who.get("/api/v1/events"),
    "read a published event": read(lambda w: w.event),
    "read an unlisted event": read(lambda w: w.unlisted),
    "read a cancelled event": read(lambda w: w.cancelled),
    "read a draft": read(lambda w: w.draft),
    "change the event": lambda w, who: who.patch(w.on, json={"place": "Kisumu"}),
    "change a draft": lambda w, who: who.patch(f"/api/v1/events/{w.draft.key}", json={"place": "Kisumu"}),
    "unlist the event": lambda w, who: who.post(f"{w.on}/state", json={"state": "unlisted"}),
    "list people": read(lambda w: w.event, "/people"),
    "list people of a draft": read(lambda w: w.draft, "/people"),
    "take a role": lambda w, who: who.delete(f"{w.on}/people/{w.role()}"),
    "list invitations to roles": read(lambda w: w.event, "/role-invitations"),
    "invite to a role": lambda w, who: who.post(
        f"{w.on}/role-invitations", json={"email": w.address(), "role": "desk"}
    ),
    "resend an invitation to a role": lambda w, who: who.post(
        f"{w.on}/role-invitations/{w.invited()}/resend"
    ),
    "withdraw an invitation to a role": lambda w, who: who.delete(f"{w.on}/role-invitations/{w.invited()}"),
    "read the history": read(lambda w: w.event, "/history"),
    "list texts of messages": read(lambda w: w.event, "/message-templates"),
    "read a text of a message": read(lambda w: w.event, "/message-templates/event_cancelled/en"),
    "save a text of a message": lambda w, who: who.put(
        f"{w.on}/message-templates/event_cancelled/en", json=TEXT
    ),
    "preview a text of a message": lambda w, who: who.post(
        f"{w.on}/message-templates/event_cancelled/en/preview", json=TEXT
    ),
    "reset a text of a message": lambda w, who: who.delete(f"{w.on}/message-templates/event_cancelled/en"),
    "list sent messages": read(lambda w: w.event, "/messages"),
}


def rows(table: str) -> list[tuple[str, list[str]]]:
    """The name of each row and its cells."""
    found = []
    for line in table.strip().splitlines():
        parts = line.split()
        found.append((" ".join(parts[: -len(WHO)]), parts[-len(WHO) :]))
    return found


def cell(response: Any) -> str:
    if response.status_code == 302 and response.headers["Location"].startswith("/sign-in"):
        return "?"
    if response.status_code < 400 or response.status_code == 409:
        return "+"
    return {401: "?", 403: "-", 404: "x"}.get(response.status_code, str(response.status_code))


@pytest.mark.parametrize(("act", "wanted"), rows(API), ids=[name for name, _cells in rows(API)])
def test_each_role_may_do_through_the_api_what_the_table_says(
    world: World, act: str, wanted: list[str]
) -> None:
    found = [cell(ASK[act](world, world.clients[name])) for name in WHO]
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, wanted, strict=True))


@pytest.mark.parametrize(("act", "wanted"), rows(PAGES), ids=[name for name, _cells in rows(PAGES)])
def test_each_role_may_open_and_send_the_pages_as_the_table_says(
    world: World, act: str, wanted: list[str]
) -> None:
    method, _space, path = act.rpartition(" ")
    found = []
    for name in WHO:
        client = world.clients[name]
        address = path.format_map(Places(world))
        data = FORMS.get(act, {}) if method else None
        found.append(cell(client.post(address, data=data) if method else client.get(address)))
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, wanted, strict=True))


class Places(dict[str, Any]):
    """What stands in a page's address, made when it is asked for."""

    def __init__(self, world: World) -> None:
        super().__init__(organisation=world.organisation.key, event=world.event.key, draft=world.draft.key)
        self.world = world

    def __missing__(self, name: str) -> int:
        makers: dict[str, Callable[[], int]] = {
            "admin_member": lambda: self.world.member(ADMIN),
            "owner_member": lambda: self.world.member(OWNER),
            "invited_member": lambda: self.world.invited_member(ADMIN),
            "role": self.world.role,
            "invited": self.world.invited,
            "message": self._message,
        }
        return makers[name]()

    def _message(self) -> int:
        self.world.invited()
        with self.world.app.app_context():
            return db.session.scalar(select(func.max(Message.id))) or 0


def test_the_tables_reach_every_route_of_these_packages(world: World) -> None:
    packages = ("app.events.", "app.organisations.")
    reached: set[str] = set()

    def note(_app: Flask, **_other: Any) -> None:
        reached.add(str(request.endpoint))

    owner = world.clients["owner"]
    with request_started.connected_to(note, world.app):
        for ask in ASK.values():
            ask(world, owner)
        for act, _cells in rows(PAGES):
            method, _space, path = act.rpartition(" ")
            address = path.format_map(Places(world))
            owner.open(address, method=method or "GET", data=FORMS.get(act, {}) if method else None)
    ours = {
        f"{view.__module__.removeprefix('app.')}.{view.__name__}"
        for _method, _path, view in [*routes.API, *routes.PAGES]
        if view.__module__.startswith(packages)
    }
    open_ones = {name for name in ours if name.endswith("api.join") or name.rpartition(".")[2] in OPEN_PAGES}
    assert ours - reached - open_ones == set()
    assert {name for name, _cells in rows(API)} == set(ASK)
