"""Invited guests: the rules, then the API."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditLine
from app.emails.models import Message, MessageState
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.invited_guests import policies, services, words
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.queries import Order
from app.organisations.factories import make_member, make_organisation
from app.users.factories import make_user
from app.users.models import User
from app.users.services import erasure, passwords
from app.utils.database import db
from app.utils.errors import Forbidden, NotFound
from app.utils.testing import Client, sign_in_client
from app.utils.time import end_of_day, now

Mail = Callable[[], list[Message]]
PASSWORD = "three words in a row"


@pytest.fixture
def actor(context: None, event: Event) -> User:
    """Somebody who organises `event`."""
    return make_role(event, make_user(given_name="Wanjiru", family_name="Kamau")).user


def actions_of(guest: InvitedGuest) -> list[str]:
    db.session.flush()
    statement = select(AuditLine.action).filter_by(thing_type="invited_guests", thing_id=guest.id)
    return list(db.session.scalars(statement.order_by(AuditLine.id)))


def link_in(message: Message) -> str:
    """The secret of the mailed link."""
    assert message.secret is not None
    return message.secret.rpartition("/")[2]


class TestInvitation:
    def test_an_address_without_an_account_is_invited(
        self, actor: User, event: Event, queued_mail: Mail
    ) -> None:
        guest = services.invite(
            actor, event, email="Adama@UB.example", role="speaker", name="Dr. Adama Traoré"
        )
        assert (guest.state, guest.email_key, guest.language) == (
            GuestState.INVITED,
            "adama@ub.example",
            "en",
        )
        assert actions_of(guest) == ["invited_guest.invited"]
        assert db.session.scalar(select(func.count(User.id)).filter_by(email_key="adama@ub.example")) == 0

    def test_the_message_holds_the_only_copy_of_the_secret(
        self, actor: User, event: Event, queued_mail: Mail
    ) -> None:
        guest = services.invite(actor, event, email="a@ub.example", role="speaker")
        db.session.commit()
        [message] = queued_mail()
        secret = link_in(message)
        assert secret not in guest.secret_hash
        assert services.get_by_secret(secret).id == guest.id

    def test_the_message_says_who_invites_to_what_as_what(
        self, actor: User, event: Event, queued_mail: Mail
    ) -> None:
        services.invite(
            actor,
            event,
            email="a@ub.example",
            role="speaker",
            name="Dr. Adama Traoré",
            note="We would love your tutorial.",
            pays=["hotel", "Workshop dinner"],
            answer_by=event.starts_on - timedelta(days=10),
        )
        db.session.commit()
        [message] = queued_mail()
        for words_wanted in (
            "Dear Dr. Adama Traoré,",
            "Speaker",
            event.titles["en"],
            "Hotel, Workshop dinner",
            "Wanjiru Kamau",
            "We would love your tutorial.",
            "23:59 Nairobi time",
        ):
            assert words_wanted in message.text

    def test_it_is_written_in_the_language_chosen(self, actor: User, event: Event, queued_mail: Mail) -> None:
        services.invite(actor, event, email="a@ub.example", role="speaker", language="fr", pays=["hotel"])
        db.session.commit()
        [message] = queued_mail()
        assert message.language == "fr"
        assert "Intervenante ou intervenant" in message.text
        assert event.titles["fr"] in message.subject

    def test_there_is_one_invitation_per_person_and_event(self, actor: User, event: Event) -> None:
        services.invite(actor, event, email="a@ub.example", role="speaker")
        with pytest.raises(services.AlreadyInvited) as refusal:
            services.invite(actor, event, email="A@UB.EXAMPLE", role="mentor")
        assert list(refusal.value.errors) == ["email"]

    def test_the_same_person_may_be_invited_to_another_event(self, actor: User, event: Event) -> None:
        other = make_role(make_event(), actor).event
        services.invite(actor, event, email="a@ub.example", role="speaker")
        assert services.invite(actor, other, email="a@ub.example", role="speaker").event_id == other.id

    def test_who_was_removed_comes_back_as_new(self, actor: User, event: Event) -> None:
        gone = make_guest(
            event,
            email="a@ub.example",
            state=GuestState.REMOVED,
            user_id=make_user().id,
            decline_reason="ill",
            secret="old",
        )
        guest = services.invite(actor, event, email="a@ub.example", role="mentor")
        assert guest.id == gone.id
        assert (guest.state, guest.role, guest.user_id, guest.decline_reason) == (
            GuestState.INVITED,
            "mentor",
            None,
            "",
        )
        with pytest.raises(NotFound):
            services.get_by_secret("old")

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [("role", "dancer"), ("language", "sw"), ("answer_by", date(2020, 1, 1))],
    )
    def test_what_does_not_fit_the_event_is_refused(
        self, actor: User, event: Event, field: str, wrong: Any
    ) -> None:
        given: dict[str, Any] = {"email": "a@ub.example", "role": "speaker", field: wrong}
        with pytest.raises(services.UnusableInvitation) as refusal:
            services.invite(actor, event, **given)
        assert list(refusal.value.errors) == [field]

    def test_an_event_without_guest_roles_says_what_to_do(self, context: None) -> None:
        event = make_event(guest_roles=[])
        with pytest.raises(services.UnusableInvitation, match="needs another look") as refusal:
            services.invite(make_role(event).user, event, email="a@ub.example", role="speaker")
        assert "settings" in refusal.value.errors["role"][0]

    @pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.ARCHIVED])
    def test_nobody_is_invited_to_what_is_over(self, context: None, state: EventState) -> None:
        event = make_event(state=state)
        with pytest.raises(services.EventOver):
            services.invite(make_role(event).user, event, email="a@ub.example", role="speaker")

    def test_the_time_to_answer_ends_with_its_day_in_the_zone_of_the_event(
        self, actor: User, event: Event
    ) -> None:
        day = event.starts_on - timedelta(days=3)
        guest = services.invite(actor, event, email="a@ub.example", role="speaker", answer_by=day)
        midnight = datetime(day.year, day.month, day.day, 21, tzinfo=UTC)  # Nairobi is three hours ahead
        assert guest.answer_before == midnight

    def test_the_time_to_answer_never_outlasts_the_event(self, actor: User, event: Event) -> None:
        late = event.ends_on + timedelta(days=300)
        guest = services.invite(actor, event, email="a@ub.example", role="speaker", answer_by=late)
        assert guest.answer_before == end_of_day(event.ends_on, event.zone)

    def test_a_preview_keeps_and_sends_nothing(self, actor: User, event: Event, queued_mail: Mail) -> None:
        message = services.preview(
            actor, event, email="a@ub.example", role="speaker", name="Adama", note="Do come."
        )
        db.session.commit()
        assert "Adama" in message.html
        assert "Do come." in message.text
        assert "Lakeside" in message.text or event.titles["en"] in message.text
        assert queued_mail() == []
        assert db.session.scalar(select(func.count(InvitedGuest.id))) == 0


class TestRoles:
    @pytest.mark.parametrize("role", [Role.ORGANISER, Role.REGISTRAR])
    def test_organisers_and_registrars_manage_guests(self, context: None, event: Event, role: Role) -> None:
        who = make_role(event, role=role).user
        assert services.invite(who, event, email="a@ub.example", role="speaker").id

    def test_an_owner_of_the_organisation_does_too(self, context: None, event: Event) -> None:
        who = make_member(event.organisation).user
        assert services.invite(who, event, email="a@ub.example", role="speaker").id

    def test_a_viewer_reads_and_changes_nothing(self, context: None, event: Event) -> None:
        who = make_role(event, role=Role.VIEWER).user
        guest = make_guest(event)
        assert services.list_guests(who, event).total == 1
        for act in (services.resend, services.remove):
            with pytest.raises(Forbidden):
                act(who, event, guest.id)
        with pytest.raises(Forbidden):
            services.invite(who, event, email="a@ub.example", role="speaker")

    @pytest.mark.parametrize("role", [Role.DESK, Role.REVIEWER, Role.TREASURER])
    def test_other_roles_do_not_see_the_guest_list(self, context: None, event: Event, role: Role) -> None:
        with pytest.raises(Forbidden):
            services.list_guests(make_role(event, role=role).user, event)

    def test_for_a_stranger_there_is_no_guest_list(self, context: None, event: Event) -> None:
        with pytest.raises(NotFound):
            services.list_guests(make_user(), event)

    def test_a_guest_of_another_event_is_not_found(self, actor: User, event: Event) -> None:
        theirs = make_guest(make_event())
        for act in (services.get_row, services.get_guest, services.resend, services.remove):
            with pytest.raises(NotFound):
                act(actor, event, theirs.id)


class TestSendingAgain:
    def test_the_new_link_works_and_the_old_one_does_not(
        self, actor: User, event: Event, queued_mail: Mail
    ) -> None:
        guest = make_guest(event, secret="old")
        services.resend(actor, event, guest.id)
        db.session.commit()
        [message] = queued_mail()
        assert services.get_by_secret(link_in(message)).id == guest.id
        with pytest.raises(NotFound):
            services.get_by_secret("old")
        assert guest.sent_count == 2

    def test_time_to_answer_that_has_passed_starts_again(self, actor: User, event: Event) -> None:
        guest = make_guest(event, answer_before=now() - timedelta(days=1))
        services.resend(actor, event, guest.id)
        assert guest.answer_before > now() + timedelta(days=29)

    def test_who_declined_is_asked_again(self, actor: User, event: Event) -> None:
        guest = make_guest(event, state=GuestState.DECLINED, answered_at=now(), decline_reason="busy")
        services.resend(actor, event, guest.id)
        assert (guest.state, guest.answered_at, guest.decline_reason) == (GuestState.INVITED, None, "")

    def test_not_twice_within_ten_minutes(self, actor: User, event: Event) -> None:
        guest = make_guest(event, sent_at=now() - timedelta(minutes=7, seconds=30))
        with pytest.raises(services.SentJustNow) as refusal:
            services.resend(actor, event, guest.id)
        assert 140 <= refusal.value.retry_after <= 151

    def test_who_accepted_needs_no_message(self, actor: User, event: Event) -> None:
        guest = make_guest(event, state=GuestState.ACCEPTED)
        with pytest.raises(services.AlreadyAccepted):
            services.resend(actor, event, guest.id)

    def test_who_was_removed_is_not_written_to(self, actor: User, event: Event) -> None:
        guest = make_guest(event, state=GuestState.REMOVED)
        with pytest.raises(services.GuestRemoved):
            services.resend(actor, event, guest.id)


class TestChange:
    def test_only_what_is_given_changes(self, actor: User, event: Event, queued_mail: Mail) -> None:
        guest = make_guest(event, name="Adama", note="Old", pays=["hotel"])
        services.change(actor, event, guest.id, {"name": "Dr. Adama Traoré", "role": "mentor"})
        assert (guest.name, guest.role, guest.note, guest.pays) == (
            "Dr. Adama Traoré",
            "mentor",
            "Old",
            ["hotel"],
        )
        line = db.session.scalars(select(AuditLine).filter_by(thing_id=guest.id)).one()
        assert line.fields == ["name", "role"]
        db.session.commit()
        assert queued_mail() == []

    def test_nothing_changed_leaves_no_line(self, actor: User, event: Event) -> None:
        guest = make_guest(event, name="Adama")
        services.change(actor, event, guest.id, {"name": "Adama"})
        assert actions_of(guest) == []

    def test_a_role_that_the_event_has_no_more_may_stay(self, actor: User, event: Event) -> None:
        guest = make_guest(event, role="dancer")
        services.change(actor, event, guest.id, {"role": "dancer", "note": "New"})
        assert guest.note == "New"
        with pytest.raises(services.UnusableInvitation):
            services.change(actor, event, guest.id, {"role": "singer"})

    def test_the_last_day_to_answer_moves(self, actor: User, event: Event) -> None:
        guest = make_guest(event, answer_before=now() - timedelta(days=1))
        day = now().date() + timedelta(days=5)
        services.change(actor, event, guest.id, {"answer_by": day})
        assert guest.answer_before == end_of_day(day, event.zone)

    def test_a_changed_name_is_found_again(self, actor: User, event: Event) -> None:
        guest = make_guest(event, name="Adama")
        services.change(actor, event, guest.id, {"name": "Réka Szabó"})
        assert [row.id for row in services.list_guests(actor, event, search="REKA").items] == [guest.id]


class TestRemoval:
    def test_the_guest_is_told_with_the_note(self, actor: User, event: Event, queued_mail: Mail) -> None:
        guest = make_guest(event, email="a@ub.example")
        services.remove(actor, event, guest.id, note="We had to cut the programme.")
        db.session.commit()
        [message] = queued_mail()
        assert (message.template, message.to_address) == ("guest_removed", "a@ub.example")
        assert "We had to cut the programme." in message.text
        assert guest.state is GuestState.REMOVED

    def test_who_had_declined_is_not_bothered(self, actor: User, event: Event, queued_mail: Mail) -> None:
        guest = make_guest(event, state=GuestState.DECLINED)
        services.remove(actor, event, guest.id)
        db.session.commit()
        assert queued_mail() == []

    def test_a_removed_guest_leaves_the_list_but_stays_on_record(self, actor: User, event: Event) -> None:
        guest = make_guest(event)
        services.remove(actor, event, guest.id)
        assert services.list_guests(actor, event).total == 0
        assert services.list_guests(actor, event, state=GuestState.REMOVED).total == 1
        assert actions_of(guest) == ["invited_guest.removed"]

    def test_nobody_is_removed_twice(self, actor: User, event: Event) -> None:
        guest = make_guest(event, state=GuestState.REMOVED)
        with pytest.raises(services.GuestRemoved):
            services.remove(actor, event, guest.id)


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
        accepted = make_guest(
            event, name="Adama", state=GuestState.ACCEPTED, user_id=user.id, note="Dear friend"
        )
        pending = make_guest(make_event(), email="a@ub.example", name="Adama")
        erasure.erase(user, PASSWORD)
        for guest in (accepted, pending):
            assert (guest.name, guest.note, guest.user_id) == ("", "", None)
            assert "ub.example" not in f"{guest.email} {guest.email_key} {guest.search_text}"
        assert (accepted.state, pending.state) == (GuestState.ACCEPTED, GuestState.REMOVED)


class TestList:
    def test_search_goes_by_name_and_address_without_case_and_accents(
        self, actor: User, event: Event
    ) -> None:
        make_guest(event, name="Dr. Adama Traoré", email="a@ub.example")
        make_guest(event, name="Lars Ødegård", email="lars@uio.example")
        for typed, found in [
            ("traore", 1),
            ("TRAORÉ adama", 1),
            ("odegard", 1),
            ("ub.example", 1),
            ("dr lars", 0),
            ("_", 0),
            ("%", 0),
        ]:
            assert services.list_guests(actor, event, search=typed).total == found, typed

    def test_role_and_state_narrow_it(self, actor: User, event: Event) -> None:
        make_guest(event, role="mentor", state=GuestState.ACCEPTED)
        make_guest(event, role="mentor")
        make_guest(event, role="speaker")
        assert services.list_guests(actor, event, role="mentor").total == 2
        assert services.list_guests(actor, event, role="mentor", state=GuestState.ACCEPTED).total == 1

    def test_each_order_is_total(self, actor: User, event: Event) -> None:
        for _number in range(5):
            make_guest(event, name="Same Name", since=datetime(2027, 1, 1, tzinfo=UTC))
        for order in Order:
            pages = [
                row.id
                for page in (1, 2, 3)
                for row in services.list_guests(actor, event, order=order, page=page, per_page=2).items
            ]
            assert len(set(pages)) == 5

    def test_the_last_change_comes_first(self, actor: User, event: Event) -> None:
        old = make_guest(event, since=now() - timedelta(days=3))
        new = make_guest(event, since=now() - timedelta(days=1))
        assert [row.id for row in services.list_guests(actor, event).items] == [new.id, old.id]

    def test_counts_name_every_state(self, actor: User, event: Event) -> None:
        make_guest(event)
        make_guest(event, state=GuestState.REMOVED)
        make_guest(make_event())
        counts = services.count_by_state(actor, event)
        assert counts == {
            GuestState.INVITED: 1,
            GuestState.ACCEPTED: 0,
            GuestState.DECLINED: 0,
            GuestState.REMOVED: 1,
        }

    def test_a_message_that_came_back_is_shown(self, actor: User, event: Event) -> None:
        guest = services.invite(actor, event, email="a@ub.example", role="speaker")
        db.session.flush()
        message = db.session.scalars(select(Message)).one()
        message.state = MessageState.FAILED
        db.session.flush()
        assert services.get_row(actor, event, guest.id).delivery is MessageState.FAILED


class TestWords:
    def test_a_role_is_found_by_key_or_label_in_any_language(self, context: None, event: Event) -> None:
        for typed in ("speaker", "SPEAKER", "intervenante ou  intervenant"):
            assert words.find_role(event, typed) == "speaker"
        assert words.find_role(event, "dancer") is None

    def test_a_lost_role_shows_its_key(self, context: None, event: Event) -> None:
        assert words.role_in(event, "dancer", "en") == "dancer"

    @pytest.mark.parametrize(
        ("label", "within"), [("Speaker", "speaker"), ("VIP", "VIP"), ("PhD mentor", "PhD mentor"), ("", "")]
    )
    def test_a_label_within_a_sentence(self, label: str, within: str) -> None:
        assert words.within_sentence(label) == within

    def test_what_we_pay_reads_as_a_list(self, context: None) -> None:
        assert words.paid_sentence(["hotel", "flight", "Workshop dinner"]) == "Hotel, flight, Workshop dinner"
        assert words.paid_sentence([]) == "Nothing"

    def test_an_event_ends_at_midnight_in_its_zone(self, context: None, event: Event) -> None:
        end = end_of_day(event.ends_on, event.zone)
        assert not policies.is_over(event, end - timedelta(microseconds=1))
        assert policies.is_over(event, end)


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
class TestRaces:
    def test_two_parallel_accepts_make_one_account(
        self, app: Flask, event: Event, guest: InvitedGuest, queued_mail: Mail
    ) -> None:
        def accept(_number: int) -> int:
            client = app.test_client()
            return client.post(
                "/invitations/s/accept", data={"agrees": "true", "password": PASSWORD}
            ).status_code

        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(accept, range(6))) == {302}
        with app.app_context():
            assert db.session.scalar(select(func.count(User.id)).filter_by(email_key="a@ub.example")) == 1
            statement = select(func.count(AuditLine.id)).filter_by(action="invited_guest.accepted")
            assert db.session.scalar(statement) == 1
        assert [message.template for message in queued_mail()] == ["guest_accepted"]

    def test_parallel_invitations_of_one_address_make_one_guest(
        self, app: Flask, alice: Client, event: Event, path: str, queued_mail: Mail
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
