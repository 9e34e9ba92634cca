"""Invited guests: the organisers' pages and the guest's own."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState, InvitedGuest
from app.organisations.factories import make_organisation
from app.users.factories import make_user
from app.utils.database import db
from app.utils.testing import Client, sign_in_client
from app.utils.time import now

Mail = Callable[[], list[Message]]
PASSWORD = "three words in a row"


@pytest.fixture
def path(event: Event) -> str:
    return f"/events/{event.key}/invited-guests"


@pytest.fixture
def guest(app: Flask, event: Event) -> InvitedGuest:
    return add(app, event, name="Dr. Adama Traoré", email="a@ub.example", secret="s", note="Do <come>.")


def add(app: Flask, event: Event, **overrides: Any) -> InvitedGuest:
    """A guest, committed."""
    with app.app_context():
        made = make_guest(event, **overrides)
        db.session.commit()
    return made


def state_of(app: Flask, guest: InvitedGuest) -> GuestState:
    with app.app_context():
        return db.session.scalars(select(InvitedGuest.state).filter_by(id=guest.id)).one()


class TestList:
    def test_an_empty_list_says_what_to_do(self, alice: Client, path: str) -> None:
        page = alice.get(path).text
        assert "No guests yet" in page
        assert f'href="{path}/new"' in page

    def test_guests_stand_with_role_state_and_what_is_paid(
        self, app: Flask, alice: Client, event: Event, path: str
    ) -> None:
        add(
            app,
            event,
            name="Dr. Ίρις Παπαδοπούλου",
            role="mentor",
            state=GuestState.ACCEPTED,
            pays=["hotel", "flight"],
        )
        page = alice.get(path).text
        for words in ("Dr. Ίρις Παπαδοπούλου", "Mentor", "Accepted", "Hotel, flight"):
            assert words in page

    def test_a_name_is_never_markup(self, app: Flask, alice: Client, event: Event, path: str) -> None:
        add(app, event, name="<script>x</script>")
        assert "<script>x" not in alice.get(path).text

    def test_search_and_filters_narrow_it_and_a_miss_shows_the_way_back(
        self, app: Flask, alice: Client, event: Event, path: str
    ) -> None:
        add(app, event, name="Réka Szabó", role="mentor")
        add(app, event, name="Chipo Moyo", role="speaker")
        page = alice.get(f"{path}?search=reka").text
        assert "Réka" in page
        assert "Chipo" not in page
        assert "Chipo" not in alice.get(f"{path}?role=mentor&order=name").text
        assert "Nobody fits" in alice.get(f"{path}?state=declined").text

    def test_the_page_costs_the_same_for_one_guest_and_for_three(
        self, app: Flask, alice: Client, event: Event, path: str, queries: Any
    ) -> None:
        counted = []
        for more in (1, 2):
            for _number in range(more):
                add(app, event)
            with queries() as seen:
                assert alice.get(path).status_code == 200
            counted.append(len(seen))
        assert counted[0] == counted[1] <= 6

    def test_a_viewer_sees_no_button(self, app: Flask, event: Event, path: str, guest: InvitedGuest) -> None:
        with app.app_context():
            viewer = make_role(event, role=Role.VIEWER).user
            db.session.commit()
        client = sign_in_client(app, viewer)
        page = client.get(path).text
        assert "Dr. Adama Traoré" in page
        assert "Invite a guest" not in page
        assert "resend" not in page
        assert "Remove" not in client.get(f"{path}/{guest.id}").text
        assert client.get(f"{path}/new").status_code == 403

    @pytest.mark.parametrize("rest", ["", "/new", "/1", "/1/remove", "/table", ".csv"])
    def test_strangers_sign_in_or_find_nothing(
        self, anonymous: Client, charlie: Client, path: str, rest: str
    ) -> None:
        answer = anonymous.get(path + rest)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in")
        assert charlie.get(path + rest).status_code == 404


class TestInviting:
    def test_the_form_invites(self, app: Flask, alice: Client, path: str, queued_mail: Mail) -> None:
        given = {
            "email": "a@ub.example",
            "name": "Dr. Adama Traoré",
            "role": "speaker",
            "pays": ["hotel", "Workshop dinner"],
            "note": "Do come.",
            "language": "fr",
            "answer_by": "",
        }
        answer = alice.post(path, data=given, follow_redirects=True)
        assert "The invitation for Dr. Adama Traoré is on its way." in answer.text
        [message] = queued_mail()
        assert (message.to_address, message.language) == ("a@ub.example", "fr")
        with app.app_context():
            guest = db.session.scalars(select(InvitedGuest)).one()
            assert guest.pays == ["hotel", "Workshop dinner"]

    def test_a_refused_form_keeps_what_was_typed(self, alice: Client, path: str, queued_mail: Mail) -> None:
        given = {
            "email": "nobody",
            "name": "Dr. Adama",
            "role": "mentor",
            "pays": ["flight"],
            "note": "Do come.",
        }
        answer = alice.post(path, data=given)
        assert answer.status_code == 400
        assert 'href="#f-email"' in answer.text
        for kept in ('value="nobody"', 'value="Dr. Adama"', "Do come.", 'value="mentor" selected'):
            assert kept in answer.text
        assert queued_mail() == []

    def test_somebody_on_the_list_is_named_beside_the_address(
        self, alice: Client, path: str, guest: InvitedGuest
    ) -> None:
        answer = alice.post(path, data={"email": "A@ub.example", "role": "speaker"})
        assert answer.status_code == 409
        assert "A@ub.example is on the guest list already." in answer.text

    def test_the_mail_can_be_seen_before(self, alice: Client, path: str, queued_mail: Mail) -> None:
        answer = alice.post(
            f"{path}/preview", data={"email": "a@ub.example", "role": "speaker", "name": "Adama"}
        )
        assert "Dear Adama," in answer.text
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert queued_mail() == []

    def test_a_guest_is_changed_beside_the_list(
        self, app: Flask, alice: Client, path: str, guest: InvitedGuest
    ) -> None:
        page = alice.get(f"{path}/{guest.id}").text
        assert "a@ub.example" in page
        assert "Do &lt;come&gt;." in page
        answer = alice.post(
            f"{path}/{guest.id}", data={"name": "Adama", "role": "mentor", "pays": "", "note": ""}
        )
        assert answer.status_code == 302
        with app.app_context():
            changed = db.session.get_one(InvitedGuest, guest.id)
            assert (changed.name, changed.role, changed.note, changed.pays) == ("Adama", "mentor", "", [])
        assert "changed a guest’s details" in alice.get(f"{path}/{guest.id}").text

    def test_sending_again_too_soon_says_when(self, alice: Client, path: str, guest: InvitedGuest) -> None:
        assert alice.post(f"{path}/{guest.id}/resend").status_code == 302
        answer = alice.post(f"{path}/{guest.id}/resend")
        assert answer.status_code == 429
        assert "You can send it again in 10 minutes." in answer.text
        assert 'value="Dr. Adama Traoré"' in answer.text

    def test_removing_asks_first(
        self, app: Flask, alice: Client, path: str, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        assert "Remove and tell them" in alice.get(f"{path}/{guest.id}/remove").text
        assert state_of(app, guest) is GuestState.INVITED
        answer = alice.post(f"{path}/{guest.id}/remove", data={"note": "Sorry."}, follow_redirects=True)
        assert "Dr. Adama Traoré is no longer on the guest list." in answer.text
        assert "Sorry." in queued_mail()[-1].text

    def test_a_forged_request_is_refused(
        self, app: Flask, alice: Client, path: str, guest: InvitedGuest
    ) -> None:
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert alice.post(f"{path}/{guest.id}/remove", headers=headers).status_code == 403
        assert state_of(app, guest) is GuestState.INVITED


class TestTables:
    TABLE = "email;name;role\nb@ub.example;Bintou;Mentor\nnobody;X;Mentor\na@ub.example;Y;Mentor\n"

    def test_a_pasted_table_is_reported_line_by_line_and_nothing_is_sent(
        self, alice: Client, path: str, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        page = alice.post(f"{path}/table", data={"table": self.TABLE}).text
        assert "Send one invitation" in page
        assert "2 lines are left out." in page
        for words in ("This is not an e-mail address.", "This address is on the guest list already."):
            assert words in page
        assert queued_mail() == []

    def test_a_file_does_as_well(self, alice: Client, path: str) -> None:
        upload = (BytesIO("E-mail,Nom,Rôle\nb@ub.example,Réka,mentor".encode("cp1252")), "guests.csv")
        page = alice.post(f"{path}/table", data={"file": upload, "table": "", "role": ""}).text
        assert "Réka" in page
        assert "Send one invitation" in page

    def test_an_empty_form_says_what_is_wanted(self, alice: Client, path: str) -> None:
        answer = alice.post(f"{path}/table", data={"table": "", "role": ""})
        assert answer.status_code == 400
        assert "Paste a table or choose a file" in answer.text

    def test_confirmed_it_sends(
        self, alice: Client, path: str, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        given = {"table": self.TABLE, "role": "", "expected": "1"}
        page = alice.post(f"{path}/table/invite", data=given, follow_redirects=True).text
        assert "One invitation is on its way." in page
        assert [message.to_address for message in queued_mail()] == ["b@ub.example"]

    def test_a_list_that_changed_meanwhile_shows_the_report_anew(
        self, alice: Client, path: str, queued_mail: Mail
    ) -> None:
        answer = alice.post(f"{path}/table/invite", data={"table": self.TABLE, "role": "", "expected": "1"})
        assert answer.status_code == 409
        assert "Somebody changed the guest list meanwhile." in answer.text
        assert "Send 2 invitations" in answer.text
        assert queued_mail() == []

    def test_the_download_follows_the_filter(
        self, app: Flask, alice: Client, event: Event, path: str
    ) -> None:
        add(app, event, name="=Réka", role="mentor")
        add(app, event, name="Chipo", role="speaker")
        answer = alice.get(f"{path}.csv?role=mentor&bom=true")
        assert answer.mimetype == "text/csv"
        assert f"{event.key}-guests.csv" in answer.headers["Content-Disposition"]
        lines = answer.text.splitlines()
        assert lines[0].startswith("\ufeffName,E-mail,Role,State")
        assert [line.split(",")[0] for line in lines[1:]] == ["'=Réka"]


class TestInvitationPage:
    def test_it_says_who_invites_to_what_as_what(self, app: Flask, anonymous: Client) -> None:
        with app.app_context():
            event = make_event(make_organisation(name="Lakeside Institute"))
            inviter = make_user(given_name="Achieng", family_name="Otieno")
            make_guest(
                event,
                name="Dr. Châu",
                secret="s",
                pays=["flight"],
                invited_by_id=inviter.id,
                note="Do <come>.",
            )
            db.session.commit()
        page = anonymous.get("/invitations/s").text
        for words in (
            "Dear Dr. Châu,",
            "You are invited to Kisumu",
            "Lakeside Institute",
            "<b>speaker</b>",
            event.titles["en"],
            "Achieng Otieno",
            "Do &lt;come&gt;.",
            "Please answer by",
            "You need no account.",
        ):
            assert words in page
        assert "noindex" in page

    def test_opening_the_link_changes_nothing(
        self, app: Flask, anonymous: Client, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        for rest in ("", "/accept", "/decline"):
            assert anonymous.get(f"/invitations/s{rest}").status_code == 200
        assert state_of(app, guest) is GuestState.INVITED
        assert queued_mail() == []

    def test_an_unknown_link_says_where_to_look(self, anonymous: Client) -> None:
        for rest in ("", "/accept", "/decline"):
            answer = anonymous.get(f"/invitations/unknown{rest}")
            assert answer.status_code == 404
            assert "the latest message" in answer.text

    @pytest.mark.parametrize(
        ("overrides", "words"),
        [
            ({"state": GuestState.REMOVED}, "This invitation was taken back"),
            ({"answer_before": now() - timedelta(days=1)}, "The time to answer has passed"),
        ],
    )
    def test_a_closed_invitation_says_so_kindly_and_whom_to_ask(
        self, app: Flask, anonymous: Client, event: Event, overrides: dict[str, Any], words: str
    ) -> None:
        add(app, event, secret="s", **overrides)
        page = anonymous.get("/invitations/s").text
        assert words in page
        assert f"mailto:{event.contact_email}" in page
        assert "/accept" not in page
        assert anonymous.get("/invitations/s/accept").headers["Location"] == "/invitations/s"
        answer = anonymous.post("/invitations/s/accept", data={"agrees": "true", "password": PASSWORD})
        assert answer.status_code == 409

    def test_an_event_called_off_says_so(self, app: Flask, anonymous: Client) -> None:
        with app.app_context():
            make_guest(make_event(state=EventState.CANCELLED, cancelled_at=now()), secret="s")
            db.session.commit()
        assert "The event was called off" in anonymous.get("/invitations/s").text

    def test_it_speaks_french(self, guest: InvitedGuest, anonymous: Client) -> None:
        assert 'lang="fr"' in anonymous.get("/invitations/s?lang=fr").text


class TestAnswering:
    def test_a_guest_without_an_account_accepts_and_is_signed_in(
        self, app: Flask, anonymous: Client, event: Event, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        assert "Choose a password" in anonymous.get("/invitations/s/accept").text
        given = {"agrees": "true", "password": PASSWORD}
        answer = anonymous.post("/invitations/s/accept", data=given, follow_redirects=True)
        assert "See you in Kisumu" in answer.text
        assert "I cannot come after all" in answer.text
        assert [message.template for message in queued_mail()] == ["guest_accepted"]
        assert anonymous.get(f"/events/{event.key}/invitation").status_code == 200

    def test_without_consent_the_form_comes_back(
        self, app: Flask, anonymous: Client, guest: InvitedGuest
    ) -> None:
        answer = anonymous.post("/invitations/s/accept", data={"password": PASSWORD})
        assert answer.status_code == 400
        assert 'href="#f-agrees"' in answer.text
        assert PASSWORD not in answer.text
        nothing = anonymous.post("/invitations/s/accept", data={})
        for field in ("password", "agrees"):
            assert f'href="#f-{field}"' in nothing.text
        assert state_of(app, guest) is GuestState.INVITED

    def test_the_password_of_the_account_is_asked_for(
        self, app: Flask, anonymous: Client, guest: InvitedGuest
    ) -> None:
        with app.app_context():
            make_user("a@ub.example", password=PASSWORD)
            db.session.commit()
        assert "Your password" in anonymous.get("/invitations/s/accept").text
        wrong = anonymous.post("/invitations/s/accept", data={"agrees": "true", "password": "something else"})
        assert wrong.status_code == 400
        assert state_of(app, guest) is GuestState.INVITED
        right = anonymous.post("/invitations/s/accept", data={"agrees": "true", "password": PASSWORD})
        assert right.status_code == 302
        assert state_of(app, guest) is GuestState.ACCEPTED

    def test_somebody_signed_in_is_told_with_which_account(
        self, bob: Client, app: Flask, guest: InvitedGuest
    ) -> None:
        page = bob.get("/invitations/s/accept").text
        assert "bob@example.org" in page
        assert 'type="password"' not in page
        assert bob.post("/invitations/s/accept", data={"agrees": "true"}).status_code == 302
        assert state_of(app, guest) is GuestState.ACCEPTED

    def test_declining_takes_a_reason(self, app: Flask, anonymous: Client, guest: InvitedGuest) -> None:
        given = {"reason": "I teach that week."}
        answer = anonymous.post("/invitations/s/decline", data=given, follow_redirects=True)
        assert "Thank you for telling us" in answer.text
        assert "Come after all" in answer.text
        with app.app_context():
            assert db.session.get_one(InvitedGuest, guest.id).decline_reason == "I teach that week."

    def test_an_accepted_place_needs_its_account_to_be_given_back(
        self, app: Flask, event: Event, anonymous: Client, bob: Client
    ) -> None:
        add(app, event, secret="s", state=GuestState.ACCEPTED, user_id=bob.user.id)
        assert "Sign in with the account" in anonymous.get("/invitations/s").text
        assert anonymous.post("/invitations/s/decline").status_code == 403
        assert bob.post(f"/events/{event.key}/invitation/decline").status_code == 302

    def test_ones_own_invitation_needs_no_link(
        self, app: Flask, event: Event, anonymous: Client, bob: Client, charlie: Client
    ) -> None:
        guest = add(app, event, email="bob@example.org")
        own = f"/events/{event.key}/invitation"
        assert f'href="{own}/accept"' in bob.get(own).text
        assert bob.post(f"{own}/accept", data={"agrees": "true"}).headers["Location"] == own
        assert state_of(app, guest) is GuestState.ACCEPTED
        assert charlie.get(own).status_code == 404
        assert anonymous.get(own).headers["Location"].startswith("/sign-in?next=")
