"""Requests that another site makes in somebody's name."""

import re

import pytest
from flask import Flask

from app.users.testing import ADA, PASSWORD, is_signed_in
from app.utils.security import signing_keys
from app.utils.testing import Client


class TestForgery:
    @pytest.fixture(autouse=True)
    def checked(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = True

    def test_a_form_without_the_pages_token_does_nothing(self, ada: Client, anonymous: Client) -> None:
        form = {"email": ADA, "password": PASSWORD}
        assert anonymous.post("/sign-in", data=form).status_code == 403
        assert anonymous.post("/sign-in", data={**form, "csrf_token": "x"}).status_code == 403
        assert anonymous.post("/sign-in", data={**form, "csrf_token": self._token(ada)}).status_code == 403
        form["csrf_token"] = self._token(anonymous)
        assert anonymous.post("/sign-in", data=form).status_code == 303

    def test_a_token_from_before_signing_in_is_not_good_after_it(
        self, ada: Client, anonymous: Client
    ) -> None:
        before = self._token(anonymous)
        form = {"email": ADA, "password": PASSWORD, "csrf_token": before}
        assert anonymous.post("/sign-in", data=form).status_code == 303
        assert anonymous.post("/sign-out", data={"csrf_token": before}).status_code == 403
        assert is_signed_in(anonymous)

    def test_a_page_of_the_key_before_still_works(self, app: Flask, anonymous: Client) -> None:
        token = self._token(anonymous)
        app.config["SECRET_KEY_FALLBACKS"] = [app.config["SECRET_KEY"]]
        app.config["SECRET_KEY"] = "another key, which is long enough for everyone too"
        app.config["WTF_CSRF_SECRET_KEY"] = signing_keys(app, "csrf")
        form = {"email": ADA, "csrf_token": token}
        assert anonymous.post("/forgotten-password", data=form).status_code == 200
        app.config["SECRET_KEY_FALLBACKS"] = []
        app.config["WTF_CSRF_SECRET_KEY"] = signing_keys(app, "csrf")
        assert anonymous.post("/forgotten-password", data=form).status_code == 403

    def test_the_api_sets_no_cookie_and_wants_no_token(self, anonymous: Client) -> None:
        response = anonymous.post("/api/v1/user", json={"email": "bea@example.org", "password": PASSWORD})
        assert response.status_code == 201
        assert "Set-Cookie" not in response.headers

    def _token(self, client: Client) -> str:
        path = "/account" if hasattr(client, "user") else "/sign-in"
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
        assert found is not None
        return found[1]
