"""Organisations: the pages."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.emails.models import Message
from app.organisations.factories import make_member
from app.organisations.models import MemberRole, Organisation
from app.organisations.tests import code_of
from app.users.factories import make_user
from app.users.services.accounts import find_user
from app.utils.database import db
from app.utils.testing import Client, sign_in_client

Mail = Callable[[], list[Message]]


@pytest.fixture
def boss(app: Flask, organisation: Organisation) -> Client:
    """A client that is an owner of `organisation`."""
    with app.app_context():
        user = make_member(organisation, make_user("boss@example.org")).user
        db.session.commit()
    return sign_in_client(app, user)


def invite(boss: Client, organisation: Organisation, email: str = "new@example.org") -> None:
    response = boss.post(f"/organisations/{organisation.key}/members", data={"email": email, "role": "admin"})
    assert response.status_code == 302


class TestCreation:
    def test_an_administrator_makes_one_in_the_browser(self, app: Flask) -> None:
        with app.app_context():
            admin = make_user(is_admin=True)
            db.session.commit()
        client = sign_in_client(app, admin)
        assert "New organisation" in client.get("/organisations").text
        form = {
            "name": "Lakeside",
            "key": "lakeside",
            "contact_email": "a@example.org",
            "languages": ["en", "fr"],
        }
        made = client.post("/organisations/new", data=form)
        assert made.headers["Location"] == "/organisations/lakeside/members"
        again = client.post("/organisations/new", data=form)
        assert again.status_code == 409
        assert "different one" in again.text
        assert 'value="lakeside"' in again.text, "what was typed is still there"

    def test_what_is_missing_stands_beside_the_field(self, app: Flask) -> None:
        with app.app_context():
            admin = make_user(is_admin=True)
            db.session.commit()
        response = sign_in_client(app, admin).post(
            "/organisations/new", data={"name": "", "key": "Not A Key"}
        )
        assert response.status_code == 400
        assert "We need the name." in response.text
        assert "small letters" in response.text


class TestSettings:
    def test_everything_can_be_changed(self, boss: Client, organisation: Organisation) -> None:
        path = f"/organisations/{organisation.key}/settings"
        form = {
            "name": "Lakeside Institute",
            "contact_email": "office@lakeside.example",
            "website": "https://lakeside.example",
            "currency": "KES",
            "languages": ["fr", "en"],
            "mark": "lake",
            "colour": "#c2600f",
            "privacy_policy.en": "We keep nothing.",
            "privacy_policy.fr": "Nous ne gardons rien.",
        }
        assert boss.post(path, data=form).status_code == 302
        page = boss.get(path).text
        for words in (
            "Lakeside Institute",
            "office@lakeside.example",
            "#c2600f",
            "Nous ne gardons rien.",
            "version 2",
        ):
            assert words in page
        assert "/theme/" in page
        assert "marks/lake" in page
        form["colour"] = form["mark"] = ""
        boss.post(path, data=form)
        assert "/theme/" not in boss.get(path).text

    def test_a_wrong_colour_is_explained_and_nothing_is_lost(
        self, boss: Client, organisation: Organisation
    ) -> None:
        path = f"/organisations/{organisation.key}/settings"
        response = boss.post(path, data={"name": "Changed", "colour": "red"})
        assert response.status_code == 400
        assert 'value="Changed"' in response.text
        assert 'href="#f-colour"' in response.text
        assert "Changed" not in boss.get(path).text

    def test_the_privacy_policy_is_everybodys(self, anonymous: Client, organisation: Organisation) -> None:
        page = anonymous.get(f"/privacy/{organisation.key}")
        assert page.status_code == 200
        assert "until the event is over" in page.text


class TestMembersPage:
    def test_an_admin_is_offered_no_act_on_owners(
        self, app: Flask, boss: Client, organisation: Organisation
    ) -> None:
        with app.app_context():
            admin = make_member(organisation, make_user(), MemberRole.ADMIN).user
            db.session.commit()
        path = f"/organisations/{organisation.key}/members"
        assert boss.get(path).text.count("/remove") == 2
        seen = sign_in_client(app, admin).get(path).text
        assert seen.count("/remove") == 1
        assert "Make owner" not in seen

    def test_the_last_owner_is_told_why_nothing_happened(
        self, app: Flask, boss: Client, organisation: Organisation
    ) -> None:
        member_id = boss.get(f"/api/v1/organisations/{organisation.key}/members").json["data"][0]["id"]
        response = boss.post(f"/organisations/{organisation.key}/members/{member_id}/remove")
        assert response.status_code == 409
        assert "An organisation needs an owner" in response.text

    def test_invitations_are_sent_again_and_withdrawn(
        self, boss: Client, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invite(boss, organisation)
        at = f"/organisations/{organisation.key}"
        number = boss.get(f"/api/v1{at}/invitations").json["data"][0]["id"]
        assert boss.post(f"{at}/invitations/{number}/resend").status_code == 302
        assert len(queued_mail()) == 2
        assert "new@example.org" in boss.get(f"{at}/members").text
        assert boss.post(f"{at}/invitations/{number}/withdraw").status_code == 302
        assert "Invited, not here yet" not in boss.get(f"{at}/members").text


class TestJoining:
    def test_reading_the_link_changes_nothing(
        self, boss: Client, charlie: Client, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invite(boss, organisation)
        code = code_of(queued_mail()[0])
        page = charlie.get(f"/join/{code}")
        assert organisation.name in page.text
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert charlie.get(f"/organisations/{organisation.key}").status_code == 404

    def test_one_button_accepts(
        self, boss: Client, charlie: Client, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invite(boss, organisation)
        response = charlie.post(f"/join/{code_of(queued_mail()[0])}")
        assert response.headers["Location"] == f"/organisations/{organisation.key}"
        assert charlie.get(f"/organisations/{organisation.key}").status_code == 200

    def test_a_newcomer_makes_an_account_that_is_verified_and_signed_in(
        self, app: Flask, boss: Client, anonymous: Client, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invite(boss, organisation)
        path = f"/join/{code_of(queued_mail()[0])}"
        assert "Make an account for new@example.org" in anonymous.get(path).text
        form = {"given_name": "Nia", "family_name": "Okoro", "password": "three words in a row"}
        refused = anonymous.post(f"{path}/register", data=form)
        assert refused.status_code == 400
        assert "agree" in refused.text
        accepted = anonymous.post(f"{path}/register", data={**form, "agreed": "true"})
        assert accepted.status_code == 302
        assert anonymous.get(f"/organisations/{organisation.key}").status_code == 200
        with app.app_context():
            user = find_user("new@example.org")
            assert user is not None
            assert user.is_verified
            assert user.privacy_version == f"{organisation.key}:1"

    def test_who_has_an_account_signs_in_first(
        self, boss: Client, bob: Client, anonymous: Client, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invite(boss, organisation, bob.user.email)
        path = f"/join/{code_of(queued_mail()[0])}"
        page = anonymous.get(path).text
        assert "Sign in to accept" in page
        assert 'name="password"' not in page
        form = {"given_name": "Mallory", "password": "three words in a row", "agreed": "true"}
        assert anonymous.post(f"{path}/register", data=form).status_code == 409

    def test_a_used_link_says_so_kindly(self, anonymous: Client) -> None:
        response = anonymous.get("/join/nonsense")
        assert response.status_code == 404
        assert "newer one" in response.text
