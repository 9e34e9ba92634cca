"""The pages of accounts: coming in, going out, mailed links, one's own."""

import re
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from flask import Flask

from app.users.door import local_path
from app.users.models import User, UserSession
from app.users.privacy import PRIVACY_VERSION
from app.users.services import accounts
from app.users.testing import ADA, NEW, PASSWORD, Mailbox, is_signed_in, secret_in
from app.utils.database import db
from app.utils.testing import Client


class TestRegistering:
    def test_one_is_signed_in_at_once_and_consent_is_kept(
        self, app: Flask, anonymous: Client, queued_mail: Mailbox
    ) -> None:
        form = {"email": ADA, "password": PASSWORD, "next": "/privacy?a=1"}
        response = anonymous.post("/register", data=form)
        assert (response.status_code, response.location) == (303, "/privacy?a=1")
        assert is_signed_in(anonymous)
        assert [message.to_address for message in queued_mail()] == [ADA]
        with app.app_context():
            user = accounts.find_user(ADA)
            assert user is not None
            assert user.privacy_version == PRIVACY_VERSION
            assert user.privacy_accepted_at is not None

    def test_the_form_names_the_policy(self, anonymous: Client) -> None:
        assert 'href="/privacy"' in anonymous.get("/register").text
        assert PRIVACY_VERSION in anonymous.get("/privacy").text

    def test_a_known_address_is_told_beside_the_field(self, ada: Client, anonymous: Client) -> None:
        response = anonymous.post("/register", data={"email": ADA, "password": PASSWORD})
        assert response.status_code == 409
        assert 'href="#f-email"' in response.text
        assert response.text.count("There is an account with this address. Sign in") == 2
        assert f'value="{ADA}"' in response.text
        assert f'value="{PASSWORD}"' not in response.text

    def test_all_faults_are_shown_at_once(self, anonymous: Client) -> None:
        response = anonymous.post("/register", data={"email": "", "password": ""})
        assert response.status_code == 400
        assert "We need your e-mail address." in response.text
        assert "We need a password." in response.text

    def test_the_language_is_kept_for_messages(
        self, app: Flask, anonymous: Client, queued_mail: Mailbox
    ) -> None:
        anonymous.get("/register?lang=fr")
        anonymous.post("/register", data={"email": ADA, "password": PASSWORD})
        assert queued_mail()[0].language == "fr"


class TestSigningIn:
    def test_it_goes_on_to_where_one_wanted_to(self, ada: Client, anonymous: Client) -> None:
        asked = anonymous.get("/account/password")
        assert asked.location == "/sign-in?next=/account/password"
        assert 'value="/account/password"' in anonymous.get(asked.location).text
        form = {"email": "ADA@example.org", "password": PASSWORD, "next": "/account/password"}
        response = anonymous.post("/sign-in", data=form)
        assert (response.status_code, response.location) == (303, "/account/password")
        assert is_signed_in(anonymous)

    def test_a_wrong_password_and_an_unknown_address_read_the_same(
        self, ada: Client, anonymous: Client
    ) -> None:
        answers = []
        for email in (ADA, "bda@example.org"):
            response = anonymous.post("/sign-in", data={"email": email, "password": "654321"})
            text = re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", response.text.replace(email, ""))
            answers.append((response.status_code, text))
        assert answers[0] == answers[1]
        assert answers[0][0] == 401
        assert "do not fit together" in answers[0][1]
        assert not is_signed_in(anonymous)

    def test_whoever_is_signed_in_already_goes_on(self, ada: Client) -> None:
        assert ada.get("/sign-in?next=/account").location == "/account"
        assert ada.get("/register").location == "/home"

    def test_the_cookie_is_for_this_site_and_no_script(self, ada: Client, anonymous: Client) -> None:
        response = anonymous.post("/sign-in", data={"email": ADA, "password": PASSWORD})
        cookies = [value for name, value in response.headers if name == "Set-Cookie"]
        [session] = [cookie for cookie in cookies if cookie.startswith("marula_session=")]
        assert "HttpOnly" in session
        assert "SameSite=Lax" in session

    def test_over_https_it_is_bound_to_the_host(self, app: Flask, ada: Client, anonymous: Client) -> None:
        app.config["SECURE_COOKIES"] = True
        response = anonymous.post("/sign-in", data={"email": ADA, "password": PASSWORD})
        cookies = [value for name, value in response.headers if name == "Set-Cookie"]
        [session] = [cookie for cookie in cookies if cookie.startswith("__Host-session=")]
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(session.split("; "))

    def test_only_a_hash_of_the_cookie_is_kept(self, app: Flask, ada: Client) -> None:
        cookie = ada.get_cookie("marula_session")
        with app.app_context():
            kept = db.session.query(UserSession.secret_hash).all()
        assert cookie is not None
        assert cookie.value not in str(kept)

    def test_signing_in_anew_ends_the_session_before(self, app: Flask, ada: Client) -> None:
        before = ada.get_cookie("marula_session")
        assert before is not None
        ada.post("/sign-in", data={"email": ADA, "password": PASSWORD})
        other = app.test_client()
        other.set_cookie("marula_session", before.value)
        assert not is_signed_in(other)
        assert is_signed_in(ada)

    @pytest.mark.parametrize(
        "path",
        [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/%0d%0aX: 1\r\nX: 1",
            "http:evil.example",
            "",
            "account",
            "/ok\n",
        ],
    )
    def test_a_link_sends_nobody_elsewhere(self, path: str) -> None:
        assert local_path(path) == "/"

    def test_local_paths_are_kept(self) -> None:
        assert local_path("/events/x?a=1&b=/#c") == "/events/x?a=1&b=/#c"

    def test_another_sites_form_does_nothing(self, ada: Client, anonymous: Client) -> None:
        form = {"email": ADA, "password": PASSWORD}
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert anonymous.post("/sign-in", data=form, headers=headers).status_code == 403
        assert not is_signed_in(anonymous)


class TestSigningOut:
    def test_the_session_ends(self, app: Flask, ada: Client) -> None:
        cookie = ada.get_cookie("marula_session")
        assert cookie is not None
        assert ada.post("/sign-out").location == "/"
        assert not is_signed_in(ada)
        ada.set_cookie("marula_session", cookie.value)
        assert not is_signed_in(ada)

    def test_a_link_does_not_do_it(self, ada: Client) -> None:
        assert ada.get("/sign-out").status_code == 405
        assert is_signed_in(ada)


class TestMailedLinks:
    @pytest.fixture
    def secret(self, ada: Client, queued_mail: Mailbox) -> str:
        ada.post("/account/verification")
        return secret_in(queued_mail()[-1])

    def test_opening_one_changes_nothing(
        self, app: Flask, ada: Client, anonymous: Client, secret: str
    ) -> None:
        for client in (ada, anonymous):
            for _time in range(2):
                assert client.get(f"/verify/{secret}").status_code == 200
        with app.app_context():
            assert not db.session.get_one(User, ada.user.id).is_verified

    def test_its_owner_sees_one_button(self, ada: Client, secret: str) -> None:
        page = ada.get(f"/verify/{secret}").text
        assert 'type="password"' not in page
        assert ada.post(f"/verify/{secret}").status_code == 303
        assert "not confirmed yet" not in ada.get("/account").text
        assert ada.get(f"/verify/{secret}").status_code == 303

    def test_a_stranger_needs_the_password(self, app: Flask, anonymous: Client, secret: str) -> None:
        assert anonymous.get(f"/verify/{secret}").text.count('type="password"') == 2
        assert anonymous.post(f"/verify/{secret}").status_code == 400
        wrong = anonymous.post(f"/verify/{secret}", data={"password": "wrong"})
        assert wrong.status_code == 400
        assert 'href="#f-password"' in wrong.text
        assert anonymous.post(f"/verify/{secret}", data={"password": PASSWORD}).status_code == 303
        assert is_signed_in(anonymous)

    def test_somebody_signed_in_to_another_account_needs_it_too(self, bob: Client, secret: str) -> None:
        assert bob.post(f"/verify/{secret}").status_code == 400
        assert bob.post(f"/verify/{secret}", data={"password": PASSWORD}).status_code == 303
        assert ADA in bob.get("/account").text

    def test_the_owner_of_the_mailbox_sets_a_new_one(
        self, ada: Client, anonymous: Client, secret: str
    ) -> None:
        response = anonymous.post(f"/verify/{secret}", data={"new_password": NEW})
        assert response.status_code == 303
        assert is_signed_in(anonymous)
        assert not is_signed_in(ada)

    def test_a_dead_link_says_so_and_what_to_do(self, ada: Client, anonymous: Client) -> None:
        for path in ("/verify/x", "/reset-password/x"):
            response = anonymous.get(path)
            assert response.status_code == 404
            assert "This link no longer works" in response.text
            assert 'href="/forgotten-password"' in response.text
        assert 'action="/account/verification"' in ada.get("/verify/x").text
        assert ada.get("/account/address/x").status_code == 404
        for path in ("/verify/x", "/reset-password/x"):
            assert anonymous.post(path, data={"password": NEW}).status_code == 404

    def test_a_forgotten_password(
        self, ada: Client, anonymous: Client, queued_mail: Mailbox, run_jobs: Callable[[], int]
    ) -> None:
        pages = [
            anonymous.post("/forgotten-password", data={"email": email})
            for email in (ADA, "nobody@example.org")
        ]
        assert [page.status_code for page in pages] == [200, 200]
        assert pages[0].text.replace(ADA, "") == pages[1].text.replace("nobody@example.org", "")
        run_jobs()
        secret = secret_in(queued_mail()[-1])
        assert anonymous.get(f"/reset-password/{secret}").headers["Referrer-Policy"] == "same-origin"
        weak = anonymous.post(f"/reset-password/{secret}", data={"password": "1"})
        assert (weak.status_code, 'href="#f-password"' in weak.text) == (400, True)
        assert anonymous.post(f"/reset-password/{secret}", data={"password": NEW}).status_code == 303
        assert is_signed_in(anonymous)
        assert not is_signed_in(ada)


class TestAccount:
    def test_details_are_saved(self, ada: Client) -> None:
        form = {
            "given_name": "Ada",
            "family_name": "Wanjikũ",
            "title": "Dr",
            "affiliation": "",
            "country": "KE",
            "language": "en",
            "time_zone": "Africa/Nairobi",
        }
        assert ada.post("/account", data=form).location == "/account"
        page = ada.get("/account").text
        assert 'value="Wanjikũ"' in page
        assert '<option value="KE" selected>' in page
        assert '<option value="Africa/Nairobi" selected>' in page
        ada.post("/account", data={**form, "country": "", "time_zone": ""})
        answer = ada.get("/api/v1/user").json
        assert (answer["country"], answer["time_zone"], answer["affiliation"]) == (None, None, "")

    def test_a_fault_keeps_what_was_typed(self, ada: Client) -> None:
        response = ada.post(
            "/account", data={"given_name": "x" * 201, "family_name": "Kept", "language": "en"}
        )
        assert response.status_code == 400
        assert 'value="Kept"' in response.text
        assert 'href="#f-given_name"' in response.text

    def test_the_language_changes_with_the_profile(self, ada: Client) -> None:
        ada.get("/account?lang=en")
        response = ada.post("/account", data={"language": "fr"}, follow_redirects=True)
        assert '<html lang="fr"' in response.text

    def test_a_new_password(self, ada: Client) -> None:
        form = {"current_password": PASSWORD, "new_password": NEW}
        assert ada.post("/account/password", data={**form, "current_password": "no"}).status_code == 400
        assert ada.post("/account/password", data=form).status_code == 303
        assert is_signed_in(ada)

    def test_a_new_address(self, ada: Client, queued_mail: Mailbox) -> None:
        form = {"email": "ada@lab.example", "password": PASSWORD}
        assert ada.post("/account/address", data=form).status_code == 303
        path = f"/account/address/{secret_in(queued_mail()[-1])}"
        assert "ada@lab.example" in ada.get(path).text
        assert ADA in ada.get("/account").text
        assert ada.post(path).status_code == 303
        assert "ada@lab.example" in ada.get("/account").text

    def test_sessions_are_shown_and_ended(self, app: Flask, ada: Client) -> None:
        other = app.test_client()
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
        form = {"email": ADA, "password": PASSWORD}
        other.post("/sign-in", data=form, headers={"User-Agent": agent})
        page = ada.get("/account/sessions").text
        assert "Firefox on Linux" in page
        assert "You are here now." in page
        numbers = re.findall(r"/account/sessions/(\d+)/revoke", page)
        assert len(numbers) == 2  # the other browser, and a token
        assert ada.post(f"/account/sessions/{max(map(int, numbers))}/revoke").status_code == 303
        assert not is_signed_in(other)
        assert ada.post("/account/sessions/revoke-others").status_code == 303
        assert "revoke" not in ada.get("/account/sessions").text
        assert ada.post(f"/account/sessions/{numbers[0]}/revoke").status_code == 404

    def test_erasing(self, ada: Client) -> None:
        assert ada.post("/account/erase", data={"password": "wrong"}).status_code == 400
        response = ada.post("/account/erase", data={"password": PASSWORD})
        assert response.location == "/"
        assert not is_signed_in(ada)
        assert ada.get_cookie("marula_device") is None

    def test_every_page_costs_few_queries(self, ada: Client, queries: Any) -> None:
        for path in ("/account", "/account/password", "/account/address", "/account/erase"):
            with queries() as seen:
                assert ada.get(path).status_code == 200
            assert len(seen) == 1, path


class TestLanguage:
    def test_a_choice_is_kept(self, anonymous: Client) -> None:
        assert '<html lang="fr"' in anonymous.get("/sign-in?lang=fr").text
        assert '<html lang="fr"' in anonymous.get("/sign-in").text
        assert '<html lang="en"' in anonymous.get("/sign-in?lang=en").text
        assert '<html lang="en"' in anonymous.get("/sign-in?lang=xx").text

    def test_the_browsers_wish_counts_without_one(self, anonymous: Client) -> None:
        page = anonymous.get("/sign-in", headers={"Accept-Language": "sw, fr-CD;q=0.8, en;q=0.5"})
        assert '<html lang="fr"' in page.text


class TestControls:
    def test_password_managers_find_their_way(self, ada: Client, anonymous: Client) -> None:
        register, sign_in = anonymous.get("/register").text, anonymous.get("/sign-in").text
        assert 'autocomplete="username"' in register
        assert 'autocomplete="new-password"' in register
        assert 'autocomplete="username"' in sign_in
        assert 'autocomplete="current-password"' in sign_in
        change = ada.get("/account/password").text
        for purpose in ("username", "current-password", "new-password"):
            assert f'autocomplete="{purpose}"' in change
        assert "onpaste" not in register + sign_in + change

    @pytest.mark.parametrize("path", ["/sign-in", "/register", "/privacy"])
    def test_a_first_visit_weighs_at_most_30_kilobytes(self, anonymous: Client, path: str) -> None:
        page = anonymous.get(path, headers={"Accept-Encoding": "br"})
        linked = re.findall(
            r'(?:<link rel="(?:stylesheet|icon)[^>]*href|<script[^>]*src)="([^"]+)"', self._text(page)
        )
        assert len(linked) >= 3
        weight = len(page.data)
        for address in linked:
            asset = anonymous.get(address, headers={"Accept-Encoding": "br"})
            assert asset.status_code == 200
            body = asset.data if asset.headers.get("Content-Encoding") else brotli.compress(asset.data)
            weight += len(body)
        assert weight <= 30_000

    def _text(self, response: Any) -> str:
        encoded = response.headers.get("Content-Encoding") == "br"
        return (brotli.decompress(response.data) if encoded else response.data).decode()
