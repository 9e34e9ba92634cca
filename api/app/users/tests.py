"""Accounts: the brief's contract."""

import threading
from http import HTTPStatus

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.users import passwords
from app.users.factories import make_user
from app.users.models import User
from app.users.services import accounts
from app.utils.database import db
from app.utils.testing import Client

CREDENTIALS = {"email": "new@example.org", "password": "123456"}


class TestContract:
    def test_registering_answers_id_and_token_and_nothing_else(self, anonymous: Client) -> None:
        response = anonymous.post("/api/v1/user", json=CREDENTIALS)
        assert response.status_code == 201
        assert sorted(response.json) == ["id", "token"]

    @pytest.mark.parametrize("prefix", ["", "Bearer ", "bearer "])
    def test_the_token_is_taken_bare_or_as_bearer(self, anonymous: Client, prefix: str) -> None:
        made = anonymous.post("/api/v1/user", json=CREDENTIALS).json
        response = anonymous.get("/api/v1/user", headers={"Authorization": prefix + made["token"]})
        assert response.status_code == 200
        assert (response.json["id"], response.json["email"]) == (made["id"], "new@example.org")

    def test_an_address_is_registered_once_however_it_is_written(self, anonymous: Client) -> None:
        anonymous.post("/api/v1/user", json=CREDENTIALS)
        response = anonymous.post("/api/v1/user", json={**CREDENTIALS, "email": "NEW@example.ORG"})
        assert response.status_code == 409
        assert response.json["type"] == "/problems/address-taken"

    def test_signing_in_answers_id_and_token(self, anonymous: Client) -> None:
        made = anonymous.post("/api/v1/user", json=CREDENTIALS).json
        response = anonymous.post("/api/v1/authenticate", json=CREDENTIALS)
        assert response.status_code == 200
        assert sorted(response.json) == ["id", "token"]
        assert response.json["id"] == made["id"]

    def test_a_wrong_password_and_an_unknown_address_look_the_same(self, anonymous: Client) -> None:
        anonymous.post("/api/v1/user", json=CREDENTIALS)
        wrong = anonymous.post("/api/v1/authenticate", json={**CREDENTIALS, "password": "654321"})
        unknown = anonymous.post("/api/v1/authenticate", json={**CREDENTIALS, "email": "who@example.org"})
        assert (wrong.status_code, unknown.status_code) == (401, 401)
        assert {**wrong.json, "request_id": ""} == {**unknown.json, "request_id": ""}

    def test_without_a_token_there_is_no_account(self, anonymous: Client) -> None:
        assert anonymous.get("/api/v1/user").status_code == 401

    def test_all_faults_are_told_at_once(self, anonymous: Client) -> None:
        response = anonymous.post("/api/v1/user", json={"email": "not an address", "colour": 1})
        assert response.status_code == 400
        assert {error["field"]: error["message"] for error in response.json["errors"]} == {
            "email": "This does not look like an e-mail address. It should read like name@example.org.",
            "password": "We need a password.",
            "colour": "We do not know this field. Leave it out.",
        }

    def test_the_documented_password_is_refused_where_debug_is_off(
        self, anonymous: Client, app: Flask
    ) -> None:
        app.config["DEBUG"] = False
        response = anonymous.post("/api/v1/user", json=CREDENTIALS)
        assert response.status_code == 400
        assert response.json["type"] == "/problems/weak-password"
        assert response.json["errors"] == [
            {
                "field": "password",
                "message": "A password needs at least 10 characters. Three or four words in a row are good.",
            }
        ]

    @pytest.mark.parametrize("password", ["password123", "new@example.org", "qwertyuiop"])
    def test_common_passwords_and_the_address_are_refused_where_debug_is_off(
        self, anonymous: Client, app: Flask, password: str
    ) -> None:
        app.config["DEBUG"] = False
        response = anonymous.post("/api/v1/user", json={**CREDENTIALS, "password": password})
        assert (response.status_code, response.json["type"]) == (400, "/problems/weak-password")

    def test_a_good_password_is_taken_where_debug_is_off(self, anonymous: Client, app: Flask) -> None:
        app.config["DEBUG"] = False
        response = anonymous.post(
            "/api/v1/user", json={**CREDENTIALS, "password": "lantern tidal copper ninety"}
        )
        assert response.status_code == 201

    def test_problems_are_rfc_9457(self, anonymous: Client) -> None:
        response = anonymous.post("/api/v1/authenticate", json=CREDENTIALS)
        assert response.mimetype == "application/problem+json"
        assert sorted(response.json) == ["detail", "errors", "request_id", "status", "title", "type"]
        assert response.json["status"] == response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")

    def test_the_password_is_taken_as_typed_but_composed(self, anonymous: Client) -> None:
        anonymous.post("/api/v1/user", json={**CREDENTIALS, "password": " caf\u00e9 noir "})
        assert self._status(anonymous, " cafe\u0301 noir ") == 200
        assert self._status(anonymous, "caf\u00e9 noir") == 401

    def test_passwords_have_up_to_1024_bytes(self, anonymous: Client) -> None:
        longest = "é" * 512
        assert anonymous.post("/api/v1/user", json={**CREDENTIALS, "password": longest}).status_code == 201
        assert self._status(anonymous, longest) == 200
        assert self._status(anonymous, longest[:-1] + "e") == 401
        response = anonymous.post("/api/v1/user", json={"email": "b@example.org", "password": longest + "e"})
        assert response.status_code == 400

    def _status(self, client: Client, password: str) -> int:
        return client.post("/api/v1/authenticate", json={**CREDENTIALS, "password": password}).status_code

    @pytest.mark.committed
    def test_of_24_registrations_at_once_one_gets_the_address(self, app: Flask) -> None:
        app.config["THROTTLING"] = True
        statuses: list[int] = []
        start = threading.Barrier(24)

        def register() -> None:
            client = app.test_client()
            start.wait()
            statuses.append(client.post("/api/v1/user", json=CREDENTIALS).status_code)

        threads = [threading.Thread(target=register) for _number in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [HTTPStatus.CREATED] + [HTTPStatus.CONFLICT] * 23


class TestHashing:
    def test_hashes_are_argon2id_with_19_mebibytes(self, app: Flask) -> None:
        with app.app_context():
            app.config["ARGON2_MEMORY"] = 19456
            assert passwords.hash_password("123456").startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_an_unknown_address_costs_a_verification_too(
        self, anonymous: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        anonymous.post("/api/v1/user", json=CREDENTIALS)
        done: list[str] = []
        verify = PasswordHasher.verify

        def note(self: PasswordHasher, password_hash: str, password: bytes) -> bool:
            done.append(password_hash.rpartition("$")[0].rpartition("$")[0])
            return bool(verify(self, password_hash, password))

        monkeypatch.setattr(PasswordHasher, "verify", note)
        anonymous.post("/api/v1/authenticate", json={**CREDENTIALS, "password": "654321"})
        anonymous.post("/api/v1/authenticate", json={**CREDENTIALS, "email": "who@example.org"})
        assert len(done) == 2
        assert done[0] == done[1]  # the same parameters, so the same work

    def test_a_hash_with_other_parameters_is_renewed_at_sign_in(self, anonymous: Client, app: Flask) -> None:
        anonymous.post("/api/v1/user", json=CREDENTIALS)
        app.config["ARGON2_MEMORY"] = 128
        assert anonymous.post("/api/v1/authenticate", json=CREDENTIALS).status_code == 200
        with app.app_context():
            user = accounts.find_user(CREDENTIALS["email"])
            assert user is not None
            assert "m=128," in (user.password_hash or "")

    def test_an_account_without_a_password_cannot_sign_in(self, anonymous: Client, app: Flask) -> None:
        with app.app_context():
            make_user(email="new@example.org", password=None)
            db.session.commit()
        assert anonymous.post("/api/v1/authenticate", json=CREDENTIALS).status_code == 401


class TestAddress:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("ada@example.org", "ADA@Example.Org"),
            ("jose\u0301@example.org", "jos\u00e9@example.org"),
            ("straße@example.org", "STRAẞE@example.org"),
        ],
    )
    def test_addresses_are_compared_without_case_and_composed(
        self, anonymous: Client, first: str, second: str
    ) -> None:
        assert anonymous.post("/api/v1/user", json={**CREDENTIALS, "email": first}).status_code == 201
        assert anonymous.post("/api/v1/user", json={**CREDENTIALS, "email": second}).status_code == 409
        response = anonymous.post("/api/v1/authenticate", json={**CREDENTIALS, "email": second})
        assert response.status_code == 200


class TestProfile:
    def test_only_what_is_sent_changes(self, bob: Client) -> None:
        response = bob.patch("/api/v1/user", json={"affiliation": "  Université de Dakar ", "country": "sn"})
        assert response.status_code == 200
        assert response.json["affiliation"] == "Université de Dakar"
        assert (response.json["country"], response.json["given_name"]) == ("SN", "Bob")
        assert bob.patch("/api/v1/user", json={"country": None}).json["country"] is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("country", "XX"),
            ("language", "tlh"),
            ("time_zone", "Mars/Base"),
            ("time_zone", "../../etc/passwd"),
            ("given_name", None),
            ("title", "x" * 201),
            ("is_admin", True),
            ("email", "other@example.org"),
            ("id", 1),
        ],
    )
    def test_nothing_else_can_be_set(self, bob: Client, app: Flask, field: str, value: object) -> None:
        response = bob.patch("/api/v1/user", json={field: value})
        assert response.status_code == 400
        assert [error["field"] for error in response.json["errors"]] == [field]
        with app.app_context():
            user = db.session.get(User, bob.user.id)
            assert user is not None
            assert (user.email, user.is_admin) == ("bob@example.org", False)

    def test_sentences_come_in_the_language_of_the_profile(self, bob: Client, anonymous: Client) -> None:
        bob.patch("/api/v1/user", json={"language": "fr"})
        page = bob.get("/account")
        assert page.status_code == 200
        assert '<html lang="fr"' in page.text


class TestPeople:
    def test_alice_bob_and_charlie_are_signed_in(
        self, alice: Client, bob: Client, charlie: Client, queries
    ) -> None:
        for person in (alice, bob, charlie):
            with queries() as seen:
                assert person.get("/api/v1/user").json["email"] == person.user.email
            assert len(seen) == 1

    @pytest.mark.committed
    def test_a_committed_test_has_a_database_of_its_own(self, anonymous: Client, bob: Client) -> None:
        assert bob.get("/api/v1/user").status_code == 200
        assert anonymous.post("/api/v1/user", json=CREDENTIALS).status_code == 201
