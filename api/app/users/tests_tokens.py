"""Tokens: what is believed of them, and how they are attacked."""

import base64
import hmac
import json
import time
from datetime import timedelta
from hashlib import sha256, sha384
from typing import Any

import pytest
import time_machine
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app.users.factories import make_user
from app.users.models import User
from app.users.tokens import read_token
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from app.utils.time import now

OTHER_KEY = "another key, which is long enough for everyone too"


def encode(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def sign(header: Any, claims: Any, key: str, digest: Any = sha256) -> str:
    body = f"{encode(header)}.{encode(claims)}"
    return f"{body}.{encode(hmac.new(key.encode(), body.encode(), digest).digest())}"


@pytest.fixture
def key(app: Flask) -> str:
    return str(app.config["SECRET_KEY"])


@pytest.fixture
def claims(bob: Client) -> dict[str, Any]:
    return decode(bob.token.split(".")[1])


def status(app: Flask, token: str) -> int:
    client = app.test_client()
    return client.get("/api/v1/user", headers={"Authorization": f"Bearer {token}"}).status_code


HS256 = {"alg": "HS256", "typ": "JWT"}


class TestShape:
    def test_a_token_is_hs256_over_the_documented_claims(self, bob: Client, key: str) -> None:
        header, claims, _signature = bob.token.split(".")
        assert decode(header) == HS256
        assert sorted(decode(claims)) == ["email", "exp", "iat", "id", "is_admin", "jti"]
        body = decode(claims)
        assert body["exp"] - body["iat"] == 14 * 24 * 3600
        assert (body["id"], body["email"], body["is_admin"]) == (bob.user.id, "bob@example.org", False)
        assert sign(decode(header), body, key).count(".") == 2

    def test_the_key_is_the_bytes_of_the_secret_itself(self, bob: Client, key: str) -> None:
        signed = bob.token.rpartition(".")[0]
        expected = encode(hmac.new(key.encode(), signed.encode(), sha256).digest())
        assert bob.token.rpartition(".")[2] == expected

    def test_a_good_token_made_elsewhere_with_the_key_is_taken(
        self, app: Flask, claims: dict[str, Any], key: str
    ) -> None:
        assert status(app, sign(HS256, claims, key)) == 200


class TestForgery:
    @pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
    def test_no_algorithm_is_no_signature(self, app: Flask, claims: dict[str, Any], name: str) -> None:
        for signature in ("", "x", encode(b"0" * 32)):
            assert status(app, f"{encode({'alg': name})}.{encode(claims)}.{signature}") == 401

    def test_only_hs256_is_taken_though_the_key_be_right(
        self, app: Flask, claims: dict[str, Any], key: str
    ) -> None:
        assert status(app, sign({"alg": "HS384"}, claims, key, sha384)) == 401
        for name in ("HS384", "HS512", "RS256", "ES256", "hs256", ["HS256"], None, 1):
            assert status(app, sign({"alg": name}, claims, key)) == 401

    def test_a_public_key_is_no_secret(self, app: Flask, claims: dict[str, Any]) -> None:
        pair = RSAKey.generate_key(2048)
        assert status(app, jwt.encode({"alg": "RS256"}, claims, pair, ["RS256"])) == 401
        public = pair.as_pem(private=False).decode()
        assert status(app, sign(HS256, claims, public)) == 401

    def test_a_key_in_the_header_is_not_asked(self, app: Flask, claims: dict[str, Any]) -> None:
        own = OctKey.import_key(OTHER_KEY.encode()).as_dict()
        for extra in ({"jwk": own}, {"jku": "https://evil.example/keys"}, {"kid": "../../dev/null"}):
            assert status(app, sign({**HS256, **extra}, claims, OTHER_KEY)) == 401

    @pytest.mark.parametrize("other", ["", OTHER_KEY, "secret"])
    def test_another_key_is_refused(self, app: Flask, claims: dict[str, Any], other: str) -> None:
        assert status(app, sign(HS256, claims, other)) == 401

    def test_a_changed_token_is_refused(self, app: Flask, bob: Client, claims: dict[str, Any]) -> None:
        header, body, signature = bob.token.split(".")
        forged = encode({**claims, "is_admin": True})
        assert status(app, f"{header}.{forged}.{signature}") == 401
        assert status(app, f"{header}.{body}.{signature[:-2]}") == 401
        assert status(app, f"{header}.{body}") == 401
        assert status(app, f"{header}.{body}.") == 401
        assert status(app, f"{body}.{header}.{signature}") == 401

    def test_parts_that_must_be_understood_and_are_not_are_refused(
        self, app: Flask, claims: dict[str, Any], key: str
    ) -> None:
        assert status(app, sign({**HS256, "crit": ["exp2"], "exp2": 1}, claims, key)) == 401
        assert status(app, sign({**HS256, "b64": False, "crit": ["b64"]}, claims, key)) == 401


class TestTime:
    def test_an_expired_token_is_refused(self, app: Flask, bob: Client) -> None:
        with time_machine.travel(now() + timedelta(days=14, seconds=1), tick=False):
            assert status(app, bob.token) == 401

    def test_it_is_good_until_its_last_second(self, app: Flask, bob: Client) -> None:
        with time_machine.travel(now() + timedelta(days=13, hours=23), tick=False):
            assert status(app, bob.token) == 200

    @pytest.mark.parametrize("exp", [None, "tomorrow", 1e300, True, [], -1, 0])
    def test_without_a_time_that_we_can_read_it_is_refused(
        self, app: Flask, claims: dict[str, Any], key: str, exp: object
    ) -> None:
        assert status(app, sign(HS256, {**claims, "exp": exp}, key)) == 401

    def test_a_time_in_the_header_is_no_time(self, app: Flask, claims: dict[str, Any], key: str) -> None:
        exp = claims.pop("exp")
        assert status(app, sign({**HS256, "exp": exp}, claims, key)) == 401

    def test_a_later_time_than_its_session_does_not_help(
        self, app: Flask, claims: dict[str, Any], key: str
    ) -> None:
        longer = sign(HS256, {**claims, "exp": int(time.time()) + 10**8}, key)
        with time_machine.travel(now() + timedelta(days=15), tick=False):
            assert status(app, longer) == 401


class TestBelief:
    def test_only_the_id_and_the_session_are_believed(
        self, app: Flask, claims: dict[str, Any], key: str
    ) -> None:
        token = sign(HS256, {**claims, "is_admin": True, "email": "root@example.org"}, key)
        answer = app.test_client().get("/api/v1/user", headers={"Authorization": token}).json
        assert (answer["is_admin"], answer["email"]) == (False, "bob@example.org")

    def test_nobody_is_another_by_their_own_session(
        self, app: Flask, alice: Client, claims: dict[str, Any], key: str
    ) -> None:
        assert status(app, sign(HS256, {**claims, "id": alice.user.id}, key)) == 401

    @pytest.mark.parametrize("wrong", [None, "1", 1.0, True, 0, -1, 2**31, 2**63, [], {}])
    def test_an_id_of_another_kind_is_refused(
        self, app: Flask, claims: dict[str, Any], key: str, wrong: object
    ) -> None:
        assert status(app, sign(HS256, {**claims, "id": wrong}, key)) == 401

    @pytest.mark.parametrize("wrong", [None, 1, "", "' OR 1=1 --", "\u0000", "\ud800", [], {"a": 1}])
    def test_a_session_that_is_not_there_is_refused(
        self, app: Flask, claims: dict[str, Any], key: str, wrong: object
    ) -> None:
        assert status(app, sign(HS256, {**claims, "jti": wrong}, key)) == 401

    @pytest.mark.parametrize("body", [[], "text", 1, None, b"not json", b"\xff\xfe", b'{"id":1,"id":2}', b""])
    def test_claims_that_are_not_an_object_are_refused(self, app: Flask, key: str, body: object) -> None:
        assert status(app, sign(HS256, body, key)) == 401

    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "x" * 5000,
            "x" * 200_000,
            "é.é.é",
            "Bearer",
            "null",
            "e30.e30.e30",
            "e30.e30.",
            "[].[].[]",
            f"{encode(b'[' * 100_000)}.e30.e30",
        ],
    )
    def test_anything_else_is_refused(self, app: Flask, token: str) -> None:
        for header in (token, f"Bearer {token}"):
            client = app.test_client()
            response = client.get(
                "/api/v1/user", headers={"Authorization": header.encode().decode("latin-1")}
            )
            assert response.status_code == 401


class TestEnding:
    def test_a_signed_out_token_is_refused_however_it_is_written(self, app: Flask, bob: Client) -> None:
        padded = f"{bob.token}="
        assert bob.delete("/api/v1/authenticate").status_code == 204
        header, body, signature = bob.token.split(".")
        for token in (bob.token, padded, f"{bob.token}==", f"{header}=.{body}=.{signature}="):
            assert status(app, token) == 401

    def test_other_tokens_live_on(self, app: Flask, bob: Client) -> None:
        other = sign_in_client(app, bob.user)
        bob.delete("/api/v1/authenticate")
        assert status(app, other.token) == 200

    def test_a_demoted_administrator_is_none_at_once(self, app: Flask) -> None:
        with app.app_context():
            user = make_user(is_admin=True)
            db.session.commit()
        client = sign_in_client(app, user)
        assert decode(client.token.split(".")[1])["is_admin"] is True
        assert client.get("/api/v1/user").json["is_admin"] is True
        with app.app_context():
            db.session.get_one(User, user.id).is_admin = False
            db.session.commit()
        assert client.get("/api/v1/user").json["is_admin"] is False

    def test_an_erased_account_is_out_at_once(self, app: Flask, bob: Client) -> None:
        with app.app_context():
            db.session.get_one(User, bob.user.id).erased_at = now()
            db.session.commit()
        assert bob.get("/api/v1/user").status_code == 401
        assert bob.get("/account").status_code == 302

    def test_a_cookie_is_no_token_and_a_token_no_cookie(self, app: Flask, bob: Client) -> None:
        secret = bob.get_cookie("marula_session")
        assert secret is not None
        assert status(app, secret.value) == 401
        client = app.test_client()
        client.set_cookie("marula_session", bob.token)
        assert client.get("/account").status_code == 302


class TestRotation:
    def test_a_token_of_the_key_before_is_taken_until_that_key_goes(
        self, app: Flask, bob: Client, key: str
    ) -> None:
        app.config["SECRET_KEY"], app.config["SECRET_KEY_FALLBACKS"] = OTHER_KEY, [key]
        assert status(app, bob.token) == 200
        app.config["SECRET_KEY_FALLBACKS"] = []
        assert status(app, bob.token) == 401

    def test_new_tokens_are_signed_with_the_new_key(self, app: Flask, bob: Client, key: str) -> None:
        app.config["SECRET_KEY"], app.config["SECRET_KEY_FALLBACKS"] = OTHER_KEY, [key]
        token = sign_in_client(app, bob.user).token
        app.config["SECRET_KEY_FALLBACKS"] = []
        assert status(app, token) == 200


class TestCost:
    def test_account_and_session_are_read_in_one_query(self, bob: Client, queries: Any) -> None:
        with queries() as seen:
            assert bob.get("/api/v1/user").status_code == 200
        assert len(seen) == 1

    def test_a_bad_token_asks_the_database_nothing(
        self, app: Flask, claims: dict[str, Any], queries: Any
    ) -> None:
        with queries() as seen:
            assert status(app, sign(HS256, claims, OTHER_KEY)) == 401
        assert len(seen) == 0

    def test_when_somebody_was_seen_is_noted_once_an_hour(
        self, app: Flask, bob: Client, queries: Any
    ) -> None:
        with time_machine.travel(now() + timedelta(hours=2), tick=False):
            with queries() as first:
                bob.get("/api/v1/user")
            with queries() as second:
                bob.get("/api/v1/user")
        assert (len(first), len(second)) == (2, 1)

    def test_reading_never_raises(self, app: Flask) -> None:
        with app.app_context():
            assert read_token("\ud800.\udfff.x") is None
