"""Hostile requests on every route: whatever is sent, nobody gets a 500, and nothing malformed is taken.

The tests walk over the route table by themselves: bodies come from each view's own description of what it reads.
"""

import copy
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from app.events.models import Event
from app.organisations.factories import make_member
from app.organisations.models import Organisation
from app.routes import Route
from app.utils.database import db
from app.utils.testing import Client
from flask import Flask
from testing_world import arguments_of, example_of, fill, make_world, routes

NESTED = "[" * 30 + "]" * 30
DEEP = "[" * 100_000 + "]" * 100_000
HUGE = "x" * 100_000

# What is no JSON object at all, or one that nobody should read: always refused, never half understood.
MALFORMED = {
    "nothing": b"",
    "array": b"[]",
    "array of objects": b"[{}]",
    "null": b"null",
    "number": b"1",
    "text": b'"text"',
    "true": b"true",
    "not JSON": b"{",
    "single quotes": b"{'a': 1}",
    "trailing comma": b'{"a": 1,}',
    "two objects": b"{}{}",
    "comment": b"{} // done",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "duplicate keys": b'{"a": 1, "a": 2}',
    "duplicate keys within": b'{"a": {"b": 1, "b": 2}}',
    "nested": f'{{"a": {NESTED}}}'.encode(),
    "nested beyond reading": f'{{"a": {DEEP}}}'.encode(),
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "half a surrogate pair as key": b'{"\\udfff": 1}',
    "NUL": b'{"a": "\\u0000"}',
    "NUL as key": b'{"\\u0000": 1}',
    "a raw NUL": b'{"a": "\x00"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "Latin-1": '{"é": 1}'.encode("latin-1"),
    "broken UTF-8": b'{"a": "\xff\xfe\xc0\x80"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "an endless number": b'{"a": ' + b"9" * 5000 + b"}",
    "an unknown key": b'{"a b c": 1}',
    "a number too large": b'{"a": 1e99999}',
}
# What may stand in place of any value.
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    1e308,
    "",
    " \t\n ",
    "a\u0000b",
    "\ud800",
    HUGE,
    "\u202eevil \U0001f4a9 ' OR 1=1 -- <script> {{7*7}} %(x)s %s ../../etc/passwd",
    [],
    {},
    [[]],
    [None],
    {"a": {"b": {"c": []}}},
    ["x"] * 2000,
]


def writing_routes() -> list[Route]:
    return [route for route in routes() if getattr(route[2], "spec", None) and route[2].spec.body]  # type: ignore[attr-defined]


def name_of(route: Any) -> str | None:
    return f"{route[0]} {route[1]}" if isinstance(route, tuple) else None


def mutations_of(example: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of an example where something else may stand, three levels deep."""
    if path:
        yield path
    if len(path) < 3 and isinstance(example, dict | list):
        for key, value in example.items() if isinstance(example, dict) else enumerate(example):
            yield from mutations_of(value, (*path, key))


def put(example: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(example)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


@pytest.fixture
def target(app: Flask, organisation: Organisation, event: Event, alice: Client) -> Any:
    """Gives the address of a route, with other arguments if given, in a world where alice may do everything."""
    with app.app_context():
        make_member(organisation, alice.user)
        world = make_world(organisation, event)
        db.session.commit()

    def find(route: Route, **given: str) -> str:
        with app.app_context():
            address = fill(route[1], world, **given)
            db.session.commit()
        return address

    return find


def send(client: Client, route: Route, address: str, body: bytes, **headers: str) -> Any:
    sent = {"Content-Type": "application/json", **headers}
    response = client.open(address, method=route[0], data=body, headers=sent, buffered=True)
    assert response.status_code < 500, (response.status_code, body[:300], response.text[:500])
    return response


class TestBodies:
    @pytest.mark.parametrize("route", writing_routes(), ids=name_of)
    def test_what_is_malformed_is_refused(
        self, route: Route, target: Any, alice: Client, anonymous: Client
    ) -> None:
        address = target(route)
        for client in (alice, anonymous):
            expected = {400} if client is alice or route[2].spec.public else {401}  # type: ignore[attr-defined]
            for name, body in MALFORMED.items():
                assert send(client, route, address, body).status_code in expected, name

    @pytest.mark.parametrize("route", writing_routes(), ids=name_of)
    def test_other_content_is_refused(self, route: Route, target: Any, alice: Client) -> None:
        address = target(route)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""):
            assert send(alice, route, address, b"{}", **{"Content-Type": kind}).status_code == 415
        assert send(alice, route, address, b"{}", **{"Content-Encoding": "gzip"}).status_code == 415

    @pytest.mark.parametrize("route", writing_routes(), ids=name_of)
    def test_a_body_over_the_limit_is_refused(
        self, app: Flask, route: Route, target: Any, alice: Client
    ) -> None:
        body = b'{"a": "' + b"x" * app.config["MAX_CONTENT_LENGTH"] + b'"}'
        assert send(alice, route, target(route), body).status_code == 413

    @pytest.mark.parametrize("route", writing_routes(), ids=name_of)
    def test_no_value_anywhere_breaks_anything(self, route: Route, target: Any, alice: Client) -> None:
        address = target(route)
        example = example_of(route[2].spec.body)  # type: ignore[attr-defined]
        send(alice, route, address, json.dumps(example).encode())
        for path in mutations_of(example):
            for value in VALUES:
                body = json.dumps(put(example, path, value)).encode()
                # A change may have moved what the address names; that is a refusal, not a fault.
                send(alice, route, address, body)

    def test_there_is_something_to_test(self) -> None:
        assert len(writing_routes()) > 20


ODD_ARGUMENTS = {
    "int": ["0", "-1", "2147483648", "9" * 25, "1.5", "x", "%00", "1%00"],
    "": [
        "%00",
        "a%00b",
        "x" * 3000,
        "%ff%fe",
        "..%2f..",
        "%ed%a0%80",
        "'",
        "%F0%9F%92%A9",
        "%25s",
        "null",
        "-",
    ],
}
ODD_QUERIES = [
    "page=0",
    "page=-1",
    "page=x",
    "page=" + "9" * 30,
    "page=1&page=2",
    "page=%00",
    "per_page=100000",
    "per_page=%F0%9F%92%A9",
    "q=%00",
    "q=%ff",
    "q=" + "x" * 3000,
    "q=%25&search=%27%22%5C",
    "sort=%00&order=drop+table&state=%00&filter=%5B%5D",
    "lang=%00",
    "lang=" + "x" * 3000,
    "%00=%00",
    "&&&=&=&",
    "a[]=1&a[b]=2",
]


class TestMuch:
    """What is small enough to be taken and yet a lot of work, if one does it all."""

    @pytest.fixture(autouse=True)
    def quickly(self) -> Iterator[None]:
        began = time.process_time()
        yield
        assert time.process_time() - began < 5

    def test_a_hundred_thousand_unknown_keys(self, anonymous: Client) -> None:
        body = json.dumps({f"k{number}": 1 for number in range(60_000)})
        answer = anonymous.post("/api/v1/authenticate", data=body, content_type="application/json")
        assert answer.status_code == 400
        assert len(answer.json["errors"]) <= 100

    def test_one_key_of_many_stands_twice(self, anonymous: Client) -> None:
        keys = ",".join(f'"k{number}":1' for number in range(60_000))
        body = f'{{{keys},"k59999":2}}'
        answer = anonymous.post("/api/v1/authenticate", data=body, content_type="application/json")
        assert answer.status_code == 400
        assert "k59999" in answer.json["detail"]

    @pytest.mark.parametrize("path", ["/sign-in", "/account"])
    def test_a_form_of_a_hundred_thousand_fields(self, alice: Client, anonymous: Client, path: str) -> None:
        client = anonymous if path == "/sign-in" else alice
        body = "&".join(f"a{number}=1" for number in range(80_000))
        answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413

    def test_a_query_of_many_arguments(self, alice: Client) -> None:
        assert alice.get("/api/v1/events?" + "&".join(f"a{n}=1" for n in range(5_000))).status_code == 413


class TestAddresses:
    @pytest.mark.parametrize("route", [route for route in routes() if arguments_of(route[1])], ids=name_of)
    def test_no_argument_breaks_anything(self, route: Route, target: Any, alice: Client) -> None:
        for name, converter in arguments_of(route[1]):
            for odd in ODD_ARGUMENTS[converter]:
                address = target(route, **{name: odd})
                response = alice.open(address, method=route[0], buffered=True)
                assert response.status_code < 500, address

    @pytest.mark.parametrize("route", [route for route in routes() if route[0] == "GET"], ids=name_of)
    def test_no_query_breaks_anything(self, route: Route, target: Any, alice: Client) -> None:
        address = target(route)
        for query in ODD_QUERIES:
            response = alice.get(f"{address}?{query}", buffered=True)
            assert response.status_code < 500, (query, response.text[:500])

    @pytest.mark.parametrize(
        "route",
        [route for route in routes() if route[0] == "POST" and not hasattr(route[2], "spec")],
        ids=name_of,
    )
    def test_no_form_breaks_a_page(self, route: Route, target: Any, alice: Client) -> None:
        address = target(route)
        bodies: list[Any] = [
            {},
            {"email": "\x00", "password": "\ud800".encode("utf-8", "surrogatepass"), "next": "\x00"},
            {"unknown": "x"},
            {"email": ["a", "b"], "password": ["a", "b"]},
            {"email": HUGE, "password": HUGE},
        ]
        for body in bodies:
            response = alice.post(address, data=body)
            assert response.status_code < 500, (body, response.text[:500])
        for raw in (b"%00=%00&%ff=%ff", b"a" * 100, b"&" * 5000, b"=&=&="):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            assert alice.post(address, data=raw, headers=headers).status_code < 500
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        for raw in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--"):
            assert alice.post(address, data=raw, headers=headers).status_code < 500
