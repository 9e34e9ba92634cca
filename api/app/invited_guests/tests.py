"""Invited guests: what organisers may do, and what follows from it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditLine
from app.emails.models import Message, MessageState
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState, Role
from app.invited_guests import policies, services, words
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.queries import Order
from app.organisations.factories import make_member
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.errors import Forbidden, NotFound
from app.utils.time import end_of_day, now

Mail = Callable[[], list[Message]]


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
