"""Invited guests: how they answer, with an account and without."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditLine
from app.emails.models import Message
from app.events.factories import make_event
from app.events.models import Event, EventState
from app.invited_guests import services
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState, InvitedGuest
from app.organisations.factories import make_organisation
from app.users.factories import make_user
from app.users.models import User
from app.users.services import erasure, passwords
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.testing import sign_in_client
from app.utils.time import end_of_day, now

Mail = Callable[[], list[Message]]
PASSWORD = "three words in a row"


def actions_of(guest: InvitedGuest) -> list[str]:
    db.session.flush()
    statement = select(AuditLine.action).filter_by(thing_type="invited_guests", thing_id=guest.id)
    return list(db.session.scalars(statement.order_by(AuditLine.id)))


class TestAccepting:
    def find(self, secret: str) -> InvitedGuest:
        return services.get_by_secret(secret, to_answer=True)

    def test_whoever_has_no_account_chooses_a_password_and_has_one(self, context: None, event: Event) -> None:
        make_guest(event, email="a@ub.example", secret="s", language="fr")
        account = services.accept(self.find("s"), None, agrees=True, password=PASSWORD)
        assert (account.email, account.language, account.is_verified) == ("a@ub.example", "fr", True)
        guest = self.find("s")
        assert (guest.state, guest.user_id) == (GuestState.ACCEPTED, account.id)

    def test_consent_is_kept_with_its_version(self, context: None) -> None:
        event = make_event(make_organisation(privacy_version=7))
        make_guest(event, secret="s")
        services.accept(self.find("s"), None, agrees=True, password=PASSWORD)
        guest = self.find("s")
        assert guest.privacy_version == 7
        assert now() - guest.privacy_accepted_at < timedelta(minutes=1)

    def test_without_consent_nothing_happens(self, context: None, event: Event) -> None:
        guest = make_guest(event, email="a@ub.example", secret="s")
        with pytest.raises(services.ConsentNeeded) as refusal:
            services.accept(self.find("s"), None, agrees=False, password=PASSWORD)
        assert list(refusal.value.errors) == ["agrees"]
        assert guest.state is GuestState.INVITED
        assert db.session.scalar(select(func.count(User.id)).filter_by(email_key="a@ub.example")) == 0

    def test_a_weak_password_is_refused_with_advice(self, context: None, event: Event) -> None:
        make_guest(event, secret="s")
        with pytest.raises(passwords.WeakPassword) as refusal:
            services.accept(self.find("s"), None, agrees=True, password="abc")
        assert list(refusal.value.errors) == ["password"]

    def test_who_has_an_account_gives_its_password(self, context: None, event: Event) -> None:
        user = make_user("a@ub.example", password=PASSWORD)
        make_guest(event, email="A@ub.example", secret="s")
        with pytest.raises(passwords.WrongPassword):
            services.accept(self.find("s"), None, agrees=True, password="another password")
        assert services.accept(self.find("s"), None, agrees=True, password=PASSWORD).id == user.id

    def test_an_account_that_was_never_verified_is_taken_over_by_the_owner_of_the_mailbox(
        self, app: Flask, event: Event
    ) -> None:
        with app.app_context():
            squatter = make_user("a@ub.example", verified=False, password="the squatter's own")
            make_guest(event, email="a@ub.example", secret="s")
            db.session.commit()
        client = sign_in_client(app, squatter)
        with app.app_context():
            account = services.accept(self.find("s"), None, agrees=True, password=PASSWORD)
            db.session.commit()
            assert account.id == squatter.id
            assert account.is_verified
        assert client.get("/api/v1/user").status_code == 401
        assert (
            client.post(
                "/api/v1/authenticate", json={"email": "a@ub.example", "password": "the squatter's own"}
            ).status_code
            == 401
        )

    def test_somebody_signed_in_accepts_with_their_own_account(self, context: None, event: Event) -> None:
        user = make_user("private@home.example")
        make_guest(event, email="a@ub.example", secret="s")
        assert services.accept(self.find("s"), user, agrees=True) is user
        assert self.find("s").user_id == user.id

    def test_the_link_verifies_the_address_of_whoever_is_signed_in_to_it(
        self, context: None, event: Event
    ) -> None:
        user = make_user("a@ub.example", verified=False)
        make_guest(event, email="a@ub.example", secret="s")
        services.accept(self.find("s"), user, agrees=True)
        assert user.is_verified

    def test_an_invitation_to_another_address_verifies_nothing(self, context: None, event: Event) -> None:
        user = make_user("private@home.example", verified=False)
        make_guest(event, email="a@ub.example", secret="s")
        services.accept(self.find("s"), user, agrees=True)
        assert not user.is_verified

    def test_an_account_holds_one_place_at_an_event(self, context: None, event: Event) -> None:
        user = make_user()
        make_guest(event, state=GuestState.ACCEPTED, user_id=user.id)
        make_guest(event, secret="s")
        with pytest.raises(services.AlreadyGuest):
            services.accept(self.find("s"), user, agrees=True)

    def test_accepting_again_changes_nothing(self, context: None, event: Event, queued_mail: Mail) -> None:
        user = make_user()
        make_guest(event, secret="s")
        services.accept(self.find("s"), user, agrees=True)
        services.accept(self.find("s"), user, agrees=True)
        db.session.commit()
        assert [message.template for message in queued_mail()] == ["guest_accepted"]
        assert actions_of(self.find("s")) == ["invited_guest.accepted"]

    def test_a_forwarded_link_takes_nobody_elses_place(self, context: None, event: Event) -> None:
        make_guest(event, secret="s", state=GuestState.ACCEPTED, user_id=make_user().id)
        for act in (
            lambda: services.accept(self.find("s"), make_user(), agrees=True),
            lambda: services.decline(self.find("s"), make_user()),
            lambda: services.decline(self.find("s"), None),
        ):
            with pytest.raises(services.AnsweredByAccount):
                act()

    def test_the_thanks_lead_to_a_page_for_the_account_alone(
        self, context: None, event: Event, queued_mail: Mail
    ) -> None:
        make_guest(event, secret="s")
        services.accept(self.find("s"), make_user(), agrees=True)
        db.session.commit()
        [message] = queued_mail()
        assert f"/events/{event.key}/invitation" in message.text
        assert message.secret is None

    @pytest.mark.parametrize(
        ("overrides", "error"),
        [
            ({"answer_before": now() - timedelta(seconds=1)}, services.InvitationExpired),
            ({"state": GuestState.REMOVED}, services.GuestRemoved),
        ],
    )
    def test_a_closed_invitation_is_refused_kindly(
        self, context: None, event: Event, overrides: dict[str, Any], error: type[Exception]
    ) -> None:
        make_guest(event, secret="s", **overrides)
        with pytest.raises(error, match=event.contact_email):
            services.accept(self.find("s"), None, agrees=True, password=PASSWORD)
        with pytest.raises(error):
            services.decline(self.find("s"), None)

    def test_nobody_answers_for_an_event_that_was_called_off(self, context: None) -> None:
        make_guest(make_event(state=EventState.CANCELLED), secret="s")
        with pytest.raises(services.EventOver):
            services.accept(self.find("s"), None, agrees=True, password=PASSWORD)


class TestThinkingAgain:
    def test_declining_needs_no_account_and_keeps_the_reason(self, context: None, event: Event) -> None:
        make_guest(event, secret="s")
        services.decline(services.get_by_secret("s", to_answer=True), None, reason="I teach that week.")
        guest = services.get_by_secret("s")
        assert (guest.state, guest.decline_reason) == (GuestState.DECLINED, "I teach that week.")
        assert actions_of(guest) == ["invited_guest.declined"]

    def test_who_declined_may_come_after_all_even_late(self, context: None, event: Event) -> None:
        past = now() - timedelta(days=1)
        make_guest(event, secret="s", state=GuestState.DECLINED, answer_before=past)
        services.accept(services.get_by_secret("s", to_answer=True), make_user(), agrees=True)
        assert services.get_by_secret("s").state is GuestState.ACCEPTED

    def test_who_accepted_may_decline_until_the_event_is_over(self, context: None, event: Event) -> None:
        user = make_user()
        make_guest(event, secret="s", state=GuestState.ACCEPTED, user_id=user.id)
        last = end_of_day(event.ends_on, event.zone)
        with time_machine.travel(last, tick=False), pytest.raises(services.EventOver):
            services.decline(services.get_own(user, event.key, to_answer=True), user)
        with time_machine.travel(last - timedelta(seconds=1), tick=False):
            services.decline(services.get_own(user, event.key, to_answer=True), user)
        assert services.get_by_secret("s").state is GuestState.DECLINED


class TestOwnInvitations:
    def test_a_verified_address_sees_its_invitations(self, context: None, event: Event) -> None:
        user = make_user("a@ub.example")
        guest = make_guest(event, email="A@ub.example")
        assert [each.id for each in services.list_for(user)] == [guest.id]
        assert services.get_own(user, event.key).event.organisation.name

    def test_an_unverified_address_sees_nothing(self, context: None, event: Event) -> None:
        user = make_user("a@ub.example", verified=False)
        make_guest(event, email="a@ub.example")
        assert services.list_for(user) == []
        with pytest.raises(NotFound):
            services.get_own(user, event.key)

    def test_what_was_accepted_by_link_is_seen_under_any_address(self, context: None, event: Event) -> None:
        user = make_user("private@home.example")
        make_guest(event, state=GuestState.ACCEPTED, user_id=user.id)
        assert len(services.list_for(user)) == 1

    def test_removed_and_foreign_invitations_are_not_theirs(self, context: None, event: Event) -> None:
        user = make_user("a@ub.example")
        make_guest(event, email="a@ub.example", state=GuestState.REMOVED)
        make_guest(event, email="b@ub.example")
        assert services.list_for(user) == []

    def test_erasing_the_account_forgets_the_guest_but_not_that_there_was_one(
        self, context: None, event: Event
    ) -> None:
        user = make_user("a@ub.example", password=PASSWORD)
        answered = {"state": GuestState.ACCEPTED, "user_id": user.id, "note": "Dear friend"}
        accepted = make_guest(event, name="Adama", secret="s", **answered)
        pending = make_guest(make_event(), email="a@ub.example", name="Adama")
        erasure.erase(user, PASSWORD)
        for guest in (accepted, pending):
            assert (guest.name, guest.note, guest.user_id) == ("", "", None)
            assert "ub.example" not in f"{guest.email} {guest.email_key} {guest.search_text}"
        assert (accepted.state, pending.state) == (GuestState.ACCEPTED, GuestState.REMOVED)
        with pytest.raises(NotFound):
            services.get_by_secret("s")


@pytest.mark.committed
def test_parallel_accepts_make_one_account_and_one_answer(
    app: Flask, event: Event, queued_mail: Mail
) -> None:
    with app.app_context():
        make_guest(event, email="a@ub.example", secret="s")
        db.session.commit()

    def accept(_number: int) -> int:
        given = {"agrees": "true", "password": PASSWORD}
        return app.test_client().post("/invitations/s/accept", data=given).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(accept, range(6))) == {302}
    with app.app_context():
        assert db.session.scalar(select(func.count(User.id)).filter_by(email_key="a@ub.example")) == 1
        statement = select(func.count(AuditLine.id)).filter_by(action="invited_guest.accepted")
        assert db.session.scalar(statement) == 1
    assert [message.template for message in queued_mail()] == ["guest_accepted"]
