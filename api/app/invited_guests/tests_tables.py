"""Guests from tables, and guests into tables."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditLine
from app.emails.models import Message
from app.events.factories import make_event, make_role
from app.events.models import Event, EventState
from app.invited_guests import services
from app.invited_guests.factories import make_guest
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.services import LineFault
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.errors import Invalid
from app.utils.spreadsheets import read_csv
from app.utils.testing import Client

Mail = Callable[[], list[Message]]


@pytest.fixture
def actor(context: None, event: Event) -> User:
    return make_role(event, make_user()).user


def guests() -> int:
    return db.session.scalar(select(func.count(InvitedGuest.id))) or 0


class TestReading:
    def test_without_a_head_it_is_address_name_role(self, actor: User, event: Event) -> None:
        [line] = services.read_table(actor, event, "a@ub.example, Dr. Adama Traoré, SPEAKER")
        assert (line.number, line.email, line.name, line.role, line.fault) == (
            1,
            "a@ub.example",
            "Dr. Adama Traoré",
            "speaker",
            None,
        )

    def test_a_head_names_the_columns_in_any_order(self, actor: User, event: Event) -> None:
        table = "Rôle\tWe pay\tNom\tSeat\tE-MAIL\tlanguage\nMentor\tHotel, Workshop dinner\tRéka\t7\tr@ub.example\tFR\n"
        [line] = services.read_table(actor, event, table)
        assert (line.role, line.pays, line.name, line.language) == (
            "mentor",
            ["hotel", "Workshop dinner"],
            "Réka",
            "fr",
        )
        assert line.fault is None

    def test_lines_that_name_no_role_take_the_one_given(self, actor: User, event: Event) -> None:
        lines = services.read_table(actor, event, "a@ub.example\nb@ub.example,B,speaker", role="mentor")
        assert [line.role for line in lines] == ["mentor", "speaker"]

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            ("nobody,X,speaker", LineFault.BAD_ADDRESS),
            (",X,speaker", LineFault.BAD_ADDRESS),
            ("b@ub.example,X,dancer", LineFault.UNKNOWN_ROLE),
            ("b@ub.example,X", LineFault.UNKNOWN_ROLE),
            ("A@UB.example,X,speaker", LineFault.ALREADY_INVITED),
            (f"b@ub.example,{'x' * 201},speaker", LineFault.TOO_LONG),
        ],
    )
    def test_what_is_wrong_with_a_line_is_said(
        self, actor: User, event: Event, line: str, fault: LineFault
    ) -> None:
        make_guest(event, email="a@ub.example")
        [read] = services.read_table(actor, event, line)
        assert read.fault is fault
        assert read.problem

    def test_a_language_that_the_event_does_not_speak(self, actor: User, event: Event) -> None:
        [line] = services.read_table(actor, event, "email,role,language\na@ub.example,speaker,sw")
        assert line.fault is LineFault.UNKNOWN_LANGUAGE

    def test_an_address_that_stands_twice_is_invited_once(self, actor: User, event: Event) -> None:
        lines = services.read_table(actor, event, "a@ub.example,A,speaker\nA@UB.EXAMPLE,B,mentor")
        assert [line.fault for line in lines] == [None, LineFault.TWICE]

    def test_who_was_removed_may_be_invited_again(self, actor: User, event: Event) -> None:
        make_guest(event, email="a@ub.example", state=GuestState.REMOVED)
        [line] = services.read_table(actor, event, "a@ub.example,A,speaker")
        assert line.fault is None

    def test_the_guests_of_other_events_do_not_matter(self, actor: User, event: Event) -> None:
        make_guest(make_event(), email="a@ub.example")
        [line] = services.read_table(actor, event, "a@ub.example,A,speaker")
        assert line.fault is None

    def test_reading_changes_nothing(self, actor: User, event: Event, queued_mail: Mail) -> None:
        services.read_table(actor, event, "a@ub.example,A,speaker")
        db.session.commit()
        assert (guests(), queued_mail()) == (0, [])

    @pytest.mark.parametrize("table", ["", " \n\n", "\ufeff", "x@y.example,A,speaker\n" * 501])
    def test_nothing_and_too_much_are_refused(self, actor: User, event: Event, table: str) -> None:
        with pytest.raises(services.UnreadableTable):
            services.read_table(actor, event, table)

    def test_an_open_quotation_mark_is_refused(self, actor: User, event: Event) -> None:
        with pytest.raises(Invalid):
            services.read_table(actor, event, 'a@ub.example,"A,speaker')

    @pytest.mark.parametrize(
        "table", ["\x00", "a@ub.example\x00,A,speaker", "\r", ",,,,", '""""', "a" * 200_000]
    )
    def test_rubbish_never_breaks_it(self, actor: User, event: Event, table: str) -> None:
        with suppress(Invalid):
            services.read_table(actor, event, table)

    def test_nobody_is_invited_to_what_is_over(self, context: None) -> None:
        event = make_event(state=EventState.CANCELLED)
        with pytest.raises(services.EventOver):
            services.read_table(make_role(event).user, event, "a@ub.example,A,speaker")


class TestInvitingMany:
    TABLE = "a@ub.example,Adama,speaker\nnobody,X,speaker\nb@ub.example,Bintou,mentor"

    def test_all_that_are_fit_are_invited_each_with_an_own_link(
        self, actor: User, event: Event, queued_mail: Mail
    ) -> None:
        invited = services.invite_table(actor, event, self.TABLE, expected=2)
        db.session.commit()
        messages = queued_mail()
        assert [guest.email for guest in invited] == ["a@ub.example", "b@ub.example"]
        assert sorted(message.to_address for message in messages) == ["a@ub.example", "b@ub.example"]
        assert len({message.secret for message in messages}) == 2
        for message in messages:
            secret = str(message.secret).rpartition("/")[2]
            assert services.get_by_secret(secret).email == message.to_address
        lines = db.session.scalars(select(AuditLine.action).filter_by(event_id=event.id)).all()
        assert lines == ["invited_guest.invited"] * 2

    def test_another_number_than_agreed_invites_nobody(
        self, actor: User, event: Event, queued_mail: Mail
    ) -> None:
        make_guest(event, email="b@ub.example")
        with pytest.raises(services.ListChanged):
            services.invite_table(actor, event, self.TABLE, expected=2)
        db.session.commit()
        assert (guests(), queued_mail()) == (1, [])

    def test_removed_guests_come_back_as_the_same_row(self, actor: User, event: Event) -> None:
        gone = make_guest(event, email="a@ub.example", state=GuestState.REMOVED)
        services.invite_table(actor, event, self.TABLE, expected=2)
        assert (guests(), gone.state, gone.name) == (2, GuestState.INVITED, "Adama")

    def test_a_hundred_cost_about_as_many_statements_as_two(
        self, actor: User, event: Event, queries: Callable[[], Any]
    ) -> None:
        counted = []
        for number, size in enumerate((2, 100)):
            table = "\n".join(f"g{number}-{each}@ub.example,G,speaker" for each in range(size))
            with queries() as seen:
                services.invite_table(actor, event, table, expected=size)
                db.session.flush()
            counted.append(len(seen))
        assert counted[1] <= counted[0] + 2


class TestExport:
    def test_what_goes_out_can_come_in_elsewhere(self, app: Flask, alice: Client, event: Event) -> None:
        with app.app_context():
            make_guest(
                event,
                name='=Réka, "R"',
                role="mentor",
                pays=["hotel", "Dinner"],
                note="Line\nbreak",
                email="r@ub.example",
            )
            other = make_role(make_event(organisation=None), make_user())
            db.session.commit()
        table = alice.get(f"/api/v1/events/{event.key}/invited-guests.csv").text
        with app.app_context():
            [line] = services.read_table(other.user, other.event, table)
            assert (line.email, line.name, line.role) == ("r@ub.example", '=Réka, "R"', "mentor")
            assert (line.pays, line.note, line.fault) == (["hotel", "Dinner"], "Line\nbreak", None)

    def test_no_cell_becomes_a_formula(self, app: Flask, alice: Client, event: Event) -> None:
        with app.app_context():
            make_guest(event, name="=1+1", note="@SUM(A1)", decline_reason="+1", state=GuestState.DECLINED)
            db.session.commit()
        table = alice.get(f"/api/v1/events/{event.key}/invited-guests.csv").text
        for _line, cells in read_csv(table)[1:]:
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]

    def test_words_are_in_the_readers_language_and_times_in_the_zone_of_the_event(
        self, app: Flask, alice: Client, event: Event
    ) -> None:
        with app.app_context():
            make_guest(event, since=datetime(2027, 3, 1, 22, 30, tzinfo=UTC))
            db.session.commit()
        table = alice.get(f"/api/v1/events/{event.key}/invited-guests.csv?order=name&lang=fr").text
        assert "Intervenante ou intervenant" in table
        assert "2027-03-02 01:30" in table

    def test_a_long_list_goes_out_whole(self, app: Flask, alice: Client, event: Event) -> None:
        with app.app_context():
            for _number in range(1201):
                make_guest(event)
            db.session.commit()
        answer = alice.get(f"/api/v1/events/{event.key}/invited-guests.csv?bom=true")
        assert answer.text.startswith("\ufeff")
        assert len(answer.text.splitlines()) == 1202
        assert answer.headers["Cache-Control"] == "no-store"


class TestApi:
    def test_report_then_confirmation(self, alice: Client, event: Event, queued_mail: Mail) -> None:
        path = f"/api/v1/events/{event.key}/invited-guests"
        table = "a@ub.example,Adama,speaker\nnobody,X,speaker"
        report = alice.post(f"{path}/table-reports", json={"table": table}).json["data"]
        assert [(line["number"], line["fault"]) for line in report] == [(1, None), (2, "bad-address")]
        assert queued_mail() == []
        done = alice.post(f"{path}/tables", json={"table": table, "expected": 1})
        assert (done.status_code, done.json) == (201, {"invited": 1})
        again = alice.post(f"{path}/tables", json={"table": table, "expected": 1})
        assert (again.status_code, again.json["type"]) == (409, "/problems/guest-list-changed")
        assert len(queued_mail()) == 1

    def test_a_table_that_cannot_be_used_is_400(self, alice: Client, event: Event) -> None:
        path = f"/api/v1/events/{event.key}/invited-guests/table-reports"
        answer = alice.post(path, json={"table": ""})
        assert (answer.status_code, answer.json["type"]) == (400, "/problems/unreadable-table")
        assert alice.post(path, json={"table": 'a,"b'}).status_code == 400
