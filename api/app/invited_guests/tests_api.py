"""Invited guests: the API."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.invited_guests.factories import make_guest
from app.invited_guests.models import InvitedGuest
from app.utils.database import db
from app.utils.testing import Client, sign_in_client

Mail = Callable[[], list[Message]]


@pytest.fixture
def path(event: Event) -> str:
    return f"/api/v1/events/{event.key}/invited-guests"


@pytest.fixture
def guest(app: Flask, event: Event) -> InvitedGuest:
    with app.app_context():
        made = make_guest(event, name="Dr. Adama Traoré", email="a@ub.example", secret="s")
        db.session.commit()
    return made


Others = dict[str, tuple[Client, int, int]]


@pytest.fixture
def others(app: Flask, event: Event, charlie: Client, anonymous: Client) -> Others:
    """People who do not manage the guests: the client, and what it is answered on reading and on changing."""
    with app.app_context():
        neighbour = make_role(make_event()).user
        viewer, desk = (make_role(event, role=role).user for role in (Role.VIEWER, Role.DESK))
        db.session.commit()
    return {
        "nobody": (anonymous, 401, 401),
        "a stranger": (charlie, 404, 404),
        "another tenant": (sign_in_client(app, neighbour), 404, 404),
        "the desk": (sign_in_client(app, desk), 403, 403),
        "a viewer": (sign_in_client(app, viewer), 200, 403),
    }


@pytest.fixture
def address(path: str, guest: InvitedGuest, rest: str) -> str:
    """The address of a route of which `rest` is the end."""
    return path + rest.format(id=guest.id)


class TestApi:
    def test_inviting_answers_the_guest(self, alice: Client, path: str, queued_mail: Mail) -> None:
        answer = alice.post(path, json={"email": "A@UB.example", "role": "speaker", "pays": ["hotel"]})
        assert answer.status_code == 201
        assert answer.json["email"] == "A@ub.example"
        assert (answer.json["state"], answer.json["delivery"], answer.json["pays"]) == (
            "invited",
            "queued",
            ["hotel"],
        )
        assert alice.get(f"{path}/{answer.json['id']}").json == answer.json
        assert [message.to_address for message in queued_mail()] == ["A@ub.example"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"role": "speaker"}, "email"),
            ({"email": "nobody", "role": "speaker"}, "email"),
            ({"email": "a@ub.example"}, "role"),
            ({"email": "a@ub.example", "role": "dancer"}, "role"),
            ({"email": "a@ub.example", "role": "speaker", "name": 7}, "name"),
            ({"email": "a@ub.example", "role": "speaker", "name": None}, "name"),
            ({"email": "a@ub.example", "role": "speaker", "name": "x\u0000"}, "name"),
            ({"email": "a@ub.example", "role": "speaker", "note": "x" * 2001}, "note"),
            ({"email": "a@ub.example", "role": "speaker", "pays": ["x"] * 11}, "pays"),
            ({"email": "a@ub.example", "role": "speaker", "pays": "hotel"}, "pays"),
            ({"email": "a@ub.example", "role": "speaker", "answer_by": "soon"}, "answer_by"),
            ({"email": "a@ub.example", "role": "speaker", "answer_by": "2020-01-01"}, "answer_by"),
            ({"email": "a@ub.example", "role": "speaker", "language": "sw"}, "language"),
            ({"email": "a@ub.example", "role": "speaker", "state": "accepted"}, "state"),
        ],
    )
    def test_what_is_wrong_is_named_by_field(
        self, alice: Client, path: str, body: dict[str, Any], field: str
    ) -> None:
        answer = alice.post(path, json=body)
        assert answer.status_code == 400
        assert field in {error["field"] for error in answer.json["errors"]}

    def test_a_second_invitation_is_409(self, alice: Client, path: str, guest: InvitedGuest) -> None:
        answer = alice.post(path, json={"email": "A@ub.example", "role": "speaker"})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/already-invited")

    def test_the_list_comes_in_pages(self, app: Flask, alice: Client, event: Event, path: str) -> None:
        with app.app_context():
            for _number in range(3):
                make_guest(event)
            db.session.commit()
        first = alice.get(f"{path}?per_page=2&order=name").json
        assert (len(first["data"]), first["page"]) == (2, {"next": 2, "total": 3})
        second = alice.get(f"{path}?per_page=2&order=name&page=2").json
        assert (len(second["data"]), second["page"]["next"]) == (1, None)
        assert set(first["data"][0]) == set(alice.get(f"{path}/{first['data'][0]['id']}").json)

    @pytest.mark.parametrize(
        "query", ["state=gone", "order=height", "page=0", "per_page=1000", "colour=red", "search=%00"]
    )
    def test_a_list_asked_for_wrongly_is_400(self, alice: Client, path: str, query: str) -> None:
        assert alice.get(f"{path}?{query}").status_code == 400

    def test_the_list_costs_the_same_for_one_guest_and_for_three(
        self, app: Flask, alice: Client, event: Event, path: str, queries: Any
    ) -> None:
        counted = []
        for more in (1, 2):
            with app.app_context():
                for _number in range(more):
                    make_guest(event)
                db.session.commit()
            with queries() as seen:
                assert alice.get(path).status_code == 200
            counted.append(len(seen))
        assert counted[0] == counted[1] <= 6

    def test_patch_changes_what_is_sent(self, alice: Client, path: str, guest: InvitedGuest) -> None:
        answer = alice.patch(f"{path}/{guest.id}", json={"note": "Bring slides."})
        assert answer.status_code == 200
        assert (answer.json["note"], answer.json["name"]) == ("Bring slides.", "Dr. Adama Traoré")
        assert alice.patch(f"{path}/{guest.id}", json={"role": "dancer"}).status_code == 400
        assert alice.patch(f"{path}/{guest.id}", json={"role": ""}).status_code == 400
        assert alice.patch(f"{path}/{guest.id}", json={"email": "b@ub.example"}).status_code == 400

    def test_delete_takes_the_invitation_back(
        self, alice: Client, path: str, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        assert alice.delete(f"{path}/{guest.id}?note=Sorry.").status_code == 204
        assert "Sorry." in queued_mail()[-1].text
        assert alice.get(f"{path}/{guest.id}").json["state"] == "removed"
        again = alice.delete(f"{path}/{guest.id}")
        assert (again.status_code, again.json["type"]) == (409, "/problems/guest-removed")

    def test_an_invitation_can_be_sent_again_after_a_while(
        self, alice: Client, path: str, guest: InvitedGuest
    ) -> None:
        assert alice.post(f"{path}/{guest.id}/invitations").json["sent_count"] == 2
        again = alice.post(f"{path}/{guest.id}/invitations")
        assert (again.status_code, again.json["type"]) == (429, "/problems/sent-just-now")
        assert 0 < int(again.headers["Retry-After"]) <= 601

    def test_counts(self, alice: Client, path: str, guest: InvitedGuest) -> None:
        assert alice.get(f"{path}/counts").json == {"invited": 1, "accepted": 0, "declined": 0, "removed": 0}

    @pytest.mark.parametrize(
        ("method", "rest"),
        [
            ("GET", ""),
            ("POST", ""),
            ("GET", ".csv"),
            ("GET", "/counts"),
            ("GET", "/{id}"),
            ("PATCH", "/{id}"),
            ("DELETE", "/{id}"),
            ("POST", "/{id}/invitations"),
            ("POST", "/table-reports"),
            ("POST", "/tables"),
        ],
    )
    def test_every_route_keeps_others_out(self, others: Others, address: str, method: str, rest: str) -> None:
        body = {
            "": {"email": "b@ub.example", "role": "speaker"},
            "/table-reports": {"table": "b@ub.example"},
            "/tables": {"table": "b@ub.example", "role": "speaker", "expected": 1},
        }.get(rest, {})
        given = {"json": body} if method in ("POST", "PATCH") else {}
        for who, (client, on_reading, on_changing) in others.items():
            expected = on_reading if method == "GET" else on_changing
            assert client.open(address, method=method, **given).status_code == expected, who

    def test_the_guests_of_a_draft_are_unknown_to_strangers(self, app: Flask, charlie: Client) -> None:
        with app.app_context():
            key = make_event(state=EventState.DRAFT).key
            db.session.commit()
        assert charlie.get(f"/api/v1/events/{key}/invited-guests").status_code == 404


@pytest.mark.committed
def test_parallel_invitations_of_one_address_make_one_guest(
    app: Flask, alice: Client, path: str, queued_mail: Mail
) -> None:
    def invite(_number: int) -> int:
        client = app.test_client()
        headers = {"Authorization": alice.token}
        body = {"email": "a@ub.example", "role": "speaker"}
        return client.post(path, json=body, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(invite, range(6)))
    assert answers == [201, 409, 409, 409, 409, 409]
    assert len(queued_mail()) == 1
