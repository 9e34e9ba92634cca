"""Accounts: the brief's contract."""

import pytest

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
