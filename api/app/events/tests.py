"""Events: the rules of events, their states and people, and what pages say of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from app.audit.models import AuditLine
from app.emails.models import Message
from app.events.calendars import make_calendar
from app.events.factories import make_event, make_phase, make_role
from app.events.models import Event, EventRole, EventState, PhaseKind, Role
from app.events.services import events, get_event, invitations, lookup, roles, states
from app.events.shown import call_of, fact_lines
from app.events.signals import event_cancelled
from app.organisations.factories import make_member, make_organisation
from app.organisations.models import MemberRole, Organisation
from app.users.factories import make_user
from app.users.models import User
from app.users.services import erasure
from app.utils.database import db
from app.utils.errors import Forbidden, Invalid, NotFound, Stale
from app.utils.time import now

Mail = Callable[[], list[Message]]
NAIROBI, BERLIN, SANTIAGO = (
    ZoneInfo("Africa/Nairobi"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/Santiago"),
)


def code_of(message: Message) -> str:
    assert message.secret is not None
    return message.secret.rpartition("/")[2]


@pytest.fixture
def actor(context: None, event: Event) -> User:
    """Somebody who organises `event`."""
    return make_role(event, make_user(given_name="Wanjiru", family_name="Kamau")).user


@pytest.fixture
def mine(actor: User, event: Event) -> Event:
    """`event` as a request would find it."""
    return get_event(actor, event.key)


class TestEditing:
    def test_who_makes_an_event_organises_it(self, context: None, organisation: Organisation) -> None:
        owner = make_member(organisation).user
        event = events.create(
            owner,
            organisation,
            key="lakeside-2027",
            kind="summer-school",
            languages=["en"],
            titles={"en": "Lakeside Summer School 2027"},
            time_zone="Africa/Nairobi",
            starts_on=date(2027, 7, 5),
            ends_on=date(2027, 7, 16),
        )
        assert (event.state, event.number_prefix) == (EventState.DRAFT, "LSS27")
        assert event.contact_email == organisation.contact_email
        [person] = roles.list_people(owner, event).items
        assert (person.user_id, person.role) == (owner.id, Role.ORGANISER)

    @pytest.mark.parametrize(
        ("title", "prefix"),
        [("Deep Learning Indaba 2027", "DLI27"), ("école d’été", "LAKE2027"), ("Workshop", "LAKE2027")],
    )
    def test_the_prefix_of_numbers_is_made_of_the_title_or_the_key(self, title: str, prefix: str) -> None:
        assert events.propose_prefix({"en": title}, ["en"], "lake-2027") == prefix

    def test_a_key_is_one_events_and_stays_once_people_know_it(self, actor: User, mine: Event) -> None:
        other = make_event(mine.organisation, state=EventState.DRAFT)
        make_role(other, actor)
        with pytest.raises(events.KeyTaken):
            events.edit(actor, get_event(actor, other.key), {"key": mine.key})
        with pytest.raises(events.KeyFixed):
            events.edit(actor, mine, {"key": "another"})
        events.edit(actor, mine, {"key": mine.key, "place": "Kisumu"})
        assert mine.place == "Kisumu"

    def test_the_first_language_needs_a_title(self, actor: User, mine: Event) -> None:
        with pytest.raises(Invalid) as problem:
            events.edit(actor, mine, {"titles": {"fr": "École"}})
        assert "titles.en" in problem.value.errors
        with pytest.raises(Invalid):
            events.edit(actor, get_event(actor, mine.key), {"ends_on": date(2000, 1, 1)})

    def test_nobody_overwrites_what_they_have_not_seen(self, actor: User, mine: Event) -> None:
        seen = events.revision_of(mine)
        events.edit(actor, mine, {"place": "Kisumu"}, expected=seen)
        with pytest.raises(Stale):
            events.edit(actor, mine, {"place": "Nakuru"}, expected=seen)
        assert mine.place == "Kisumu"

    def test_nothing_changed_leaves_no_line(self, actor: User, mine: Event) -> None:
        events.edit(actor, mine, {"place": mine.place})
        assert db.session.scalars(select(AuditLine)).all() == []


class TestStates:
    def test_the_ways_of_an_event(self, actor: User, mine: Event) -> None:
        for state in (EventState.UNLISTED, EventState.PUBLISHED, EventState.ARCHIVED, EventState.UNLISTED):
            assert states.move(actor, mine, state).state is state
        states.move(actor, mine, EventState.CANCELLED)
        with pytest.raises(states.NoSuchStep):
            states.move(actor, mine, EventState.PUBLISHED)
        states.move(actor, mine, EventState.ARCHIVED)
        assert states.list_next(mine) == ()
        with pytest.raises(states.NoSuchStep):
            states.move(actor, mine, EventState.UNLISTED)

    def test_nothing_becomes_a_draft_again(self, actor: User, mine: Event) -> None:
        with pytest.raises(states.NoSuchStep):
            states.move(actor, mine, EventState.DRAFT)

    def test_cancelling_tells_everybody_once_and_the_packages_above(
        self, actor: User, mine: Event, queued_mail: Mail
    ) -> None:
        person = make_role(mine, make_user("reviewer@example.org", language="fr"), Role.REVIEWER).user
        make_role(mine, person, Role.VIEWER)
        heard: list[tuple[Any, ...]] = []

        def hear(event: Event, *, actor: User, note: str, told: set[str]) -> None:
            heard.append((event.key, actor.id, note, told))

        with event_cancelled.connected_to(hear):
            states.move(actor, mine, EventState.CANCELLED, note="The lake is in flood.")
        db.session.commit()
        told = {actor.email_key, person.email_key}
        assert heard == [(mine.key, actor.id, "The lake is in flood.", told)]
        [message] = queued_mail()
        assert (message.to_address, message.language) == ("reviewer@example.org", "fr")
        assert "The lake is in flood." in message.text
        assert mine.cancelled_at is not None


class TestPeople:
    def test_the_last_organiser_stays(self, actor: User, mine: Event) -> None:
        row = db.session.scalars(select(EventRole).filter_by(user_id=actor.id)).one()
        with pytest.raises(roles.LastOrganiser):
            roles.remove(actor, mine, row)
        make_role(mine)
        roles.remove(actor, mine, row)
        with pytest.raises(Forbidden):
            roles.list_people(actor, mine)

    def test_the_link_gives_the_role_once(self, actor: User, mine: Event, queued_mail: Mail) -> None:
        invitations.invite(actor, mine, email="new@example.org", role=Role.REVIEWER)
        db.session.commit()
        code = code_of(queued_mail()[0])
        person = make_user("new@example.org", verified=False)
        assert invitations.accept(person, mine.key, code).role is Role.REVIEWER
        assert person.is_verified
        with pytest.raises(NotFound):
            invitations.accept(make_user(), mine.key, code)

    def test_a_code_opens_its_own_event_only(self, actor: User, mine: Event, queued_mail: Mail) -> None:
        invitations.invite(actor, mine, email="new@example.org", role=Role.REVIEWER)
        db.session.commit()
        with pytest.raises(NotFound):
            invitations.get_by_code(make_event(mine.organisation).key, code_of(queued_mail()[0]))

    def test_a_link_runs_out_after_14_days(self, actor: User, mine: Event, queued_mail: Mail) -> None:
        invitations.invite(actor, mine, email="new@example.org", role=Role.DESK)
        db.session.commit()
        with (
            time_machine.travel(now() + timedelta(days=14, seconds=1)),
            pytest.raises(invitations.InvitationExpired),
        ):
            invitations.accept(make_user(), mine.key, code_of(queued_mail()[0]))

    def test_the_same_role_is_not_offered_twice_and_another_is(self, actor: User, mine: Event) -> None:
        person = make_role(mine, role=Role.DESK).user
        with pytest.raises(invitations.AlreadyHasRole):
            invitations.invite(actor, mine, email=person.email.upper(), role=Role.DESK)
        invitations.invite(actor, mine, email=person.email, role=Role.VIEWER)
        with pytest.raises(invitations.AlreadyInvited):
            invitations.invite(actor, mine, email=person.email, role=Role.VIEWER)

    def test_roles_of_one_event_are_none_in_another(self, actor: User, mine: Event) -> None:
        other = make_event(make_organisation())
        with pytest.raises(Forbidden):
            roles.list_people(actor, get_event(actor, other.key))
        row = make_role(other)
        with pytest.raises(NotFound):
            roles.get_role(actor, mine, row.id)

    def test_an_admin_of_the_organisation_organises_every_event_of_it(self, mine: Event) -> None:
        admin = make_member(mine.organisation, role=MemberRole.ADMIN).user
        assert roles.list_people(admin, mine).total == 1

    def test_the_last_organiser_of_a_running_event_hands_over_before_leaving(
        self, context: None, event: Event
    ) -> None:
        person = make_role(event, make_user(password="three words in a row")).user
        with pytest.raises(roles.LastOrganiser):
            erasure.erase(person, "three words in a row")
        make_role(event)
        erasure.erase(person, "three words in a row")
        assert db.session.scalars(select(EventRole).filter_by(user_id=person.id)).all() == []


class TestPublicList:
    def test_open_calls_come_first_then_calls_to_come_then_the_rest(self, context: None) -> None:
        at = now()
        day = timedelta(days=1)
        organisation = make_organisation()
        later = make_event(organisation, phases=[], key="later")
        soon = make_event(organisation, key="soon", opens_at=at + day, closes_at=at + 9 * day)
        long = make_event(organisation, key="long", opens_at=at - day, closes_at=at + 9 * day)
        short = make_event(organisation, key="short", opens_at=at - day, closes_at=at + day)
        for state in EventState:
            if state is not EventState.PUBLISHED:
                make_event(organisation, state=state)
        make_event(organisation, key="past", starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2), phases=[])
        assert [row.key for row in lookup.list_published().items] == [
            short.key,
            long.key,
            soon.key,
            later.key,
        ]


class TestPublicWords:
    @pytest.mark.parametrize(
        ("overrides", "wanted"),
        [
            ({}, "open"),
            ({"opens_at": now() + timedelta(days=1)}, "opening"),
            ({"closes_at": now() - timedelta(days=1)}, "closed"),
            ({"state": EventState.CANCELLED}, "cancelled"),
            ({"state": EventState.ARCHIVED}, "archived"),
            ({"phases": []}, "none"),
            ({"state": EventState.DRAFT}, "opening"),
        ],
    )
    def test_the_state_of_the_call(self, context: None, overrides: dict[str, Any], wanted: str) -> None:
        assert call_of(make_event(**overrides), now()).state == wanted

    def test_facts_are_said_as_far_as_they_are_known(self, context: None) -> None:
        event = make_event(
            places=160,
            starts_on=date(2027, 7, 5),
            ends_on=date(2027, 7, 16),
            facts=[
                {"kind": "costs", "title": {"en": "Free"}, "text": {}},
                {"kind": "dates", "title": {}, "text": {"en": "In person"}},
            ],
        )
        assert [(line.title, line.text) for line in fact_lines(event)] == [
            ("Kisumu, Kenya", ""),
            ("Monday 5 to Friday 16 July 2027", "In person"),
            ("160 places", ""),
            ("Free", ""),
        ]


class TestCalendar:
    def test_lines_are_escaped_folded_and_end_at_2359(self, context: None) -> None:
        title = "Summer School; on lakes, rivers \\ seas " + "é" * 60
        event = make_event(
            titles={"en": title},
            starts_on=date(2027, 7, 5),
            ends_on=date(2027, 7, 16),
            opens_at=datetime(2027, 1, 1, tzinfo=UTC),
            closes_at=datetime(2027, 3, 5, 21, tzinfo=UTC),
        )
        text = make_calendar(event, "https://example.org/events/x", "example.org")
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        whole = text.replace("\r\n ", "")
        assert "SUMMARY:Summer School\\; on lakes\\, rivers \\\\ seas " + "é" * 60 in whole
        assert "DTSTART;VALUE=DATE:20270705\r\nDTEND;VALUE=DATE:20270717" in whole
        assert "DTEND:20270305T205900Z" in whole
        assert whole.count("BEGIN:VEVENT") == whole.count("UID:") == 2

    def test_a_cancelled_event_says_so_and_has_no_deadline(self, context: None) -> None:
        event = make_event(state=EventState.CANCELLED)
        make_phase(event, PhaseKind.REVIEW)
        text = make_calendar(event, "https://example.org/events/x", "example.org")
        assert text.count("BEGIN:VEVENT") == 1
        assert "STATUS:CANCELLED" in text
