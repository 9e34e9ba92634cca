"""Events: moments as organisers type them, and the windows made of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.audit.models import AuditLine
from app.events.factories import make_event, make_role
from app.events.models import Event, EventPhase, EventState, PhaseKind
from app.events.policies import is_open
from app.events.services import events, get_event
from app.events.windows import Window, read_moment, typed_window
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.errors import Invalid
from app.utils.moments import last_moment
from app.utils.time import now

NAIROBI, BERLIN, SANTIAGO = (
    ZoneInfo("Africa/Nairobi"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/Santiago"),
)


def typed_at(*parts: int) -> datetime:
    """A moment as it is typed: without a zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.fixture
def actor(context: None, event: Event) -> User:
    """Somebody who organises `event`."""
    return make_role(event, make_user()).user


@pytest.fixture
def mine(actor: User, event: Event) -> Event:
    """`event` as a request would find it."""
    return get_event(actor, event.key)


class TestTypedMoments:
    def test_a_close_typed_2359_ends_at_2400_and_reads_as_2359(self) -> None:
        closes = read_moment(typed_at(2027, 3, 5, 23, 59), NAIROBI, closing=True)
        assert closes == datetime(2027, 3, 5, 21, 0, tzinfo=UTC)
        phase = EventPhase(kind=PhaseKind.APPLICATION, opens_at=closes - timedelta(days=1), closes_at=closes)
        assert typed_window(phase, NAIROBI).closes_at == typed_at(2027, 3, 5, 23, 59)
        assert last_moment(closes, NAIROBI) == "Friday 5 March 2027, 23:59"

    def test_an_opening_typed_2359_is_meant(self) -> None:
        opens = read_moment(typed_at(2027, 3, 5, 23, 59), NAIROBI, closing=False)
        assert opens == datetime(2027, 3, 5, 20, 59, tzinfo=UTC)

    def test_other_closes_are_exact(self) -> None:
        assert read_moment(typed_at(2027, 3, 5, 17, 0), NAIROBI, closing=True).hour == 14

    def test_a_moment_with_an_offset_is_taken_as_it_is(self) -> None:
        typed = datetime(2027, 3, 5, 23, 59, tzinfo=UTC)
        assert read_moment(typed, NAIROBI, closing=True) == typed

    def test_anywhere_on_earth_is_the_last_zone_of_all(self) -> None:
        closes = read_moment(typed_at(2027, 3, 5, 23, 59), ZoneInfo("Etc/GMT+12"), closing=True)
        assert closes == datetime(2027, 3, 6, 12, 0, tzinfo=UTC)

    def test_an_hour_that_clocks_leave_out_is_refused_with_a_sentence(self) -> None:
        with pytest.raises(ValueError, match=r"clocks go forward.*Berlin time"):
            read_moment(typed_at(2027, 3, 28, 2, 30), BERLIN, closing=False)

    def test_where_an_hour_comes_twice_a_window_is_as_long_as_can_be(self) -> None:
        typed = typed_at(2027, 10, 31, 2, 30)
        opens = read_moment(typed, BERLIN, closing=False)
        assert read_moment(typed, BERLIN, closing=True) - opens == timedelta(hours=1)

    def test_2400_exists_even_where_midnight_is_left_out(self) -> None:
        # In Santiago the clocks go from 24:00 to 01:00.
        day = next(
            date(2027, 9, 1) + timedelta(days=number)
            for number in range(30)
            if datetime(2027, 9, 1, 12, tzinfo=SANTIAGO).utcoffset()
            != (datetime(2027, 9, 2, 12, tzinfo=SANTIAGO) + timedelta(days=number)).utcoffset()
        )
        typed = typed_at(day.year, day.month, day.day, 23, 59)
        closes = read_moment(typed, SANTIAGO, closing=True)
        assert closes.astimezone(SANTIAGO).hour == 1
        assert last_moment(closes, SANTIAGO).endswith("23:59")

    def test_a_year_that_nobody_means_is_refused(self) -> None:
        for year in (1, 202, 9999):
            with pytest.raises(ValueError, match="year"):
                read_moment(typed_at(year, 3, 5), NAIROBI, closing=False)


class TestPhases:
    def test_a_window_is_half_open(self, context: None) -> None:
        opens, closes = datetime(2027, 1, 11, tzinfo=UTC), datetime(2027, 3, 5, 21, tzinfo=UTC)
        event = make_event(opens_at=opens, closes_at=closes)
        instant = timedelta(microseconds=1)
        found = [
            is_open(event, PhaseKind.APPLICATION, at)
            for at in (opens - instant, opens, closes - instant, closes)
        ]
        assert found == [False, True, True, False]

    @pytest.mark.parametrize(
        ("state", "wanted"),
        [
            (EventState.DRAFT, False),
            (EventState.PUBLISHED, True),
            (EventState.UNLISTED, True),
            (EventState.CANCELLED, False),
            (EventState.ARCHIVED, False),
        ],
    )
    def test_only_an_event_that_runs_is_open(self, context: None, state: EventState, wanted: bool) -> None:
        assert is_open(make_event(state=state), PhaseKind.APPLICATION, now()) is wanted

    def test_a_phase_that_the_event_lacks_is_never_open(self, context: None) -> None:
        assert not is_open(make_event(phases=[]), PhaseKind.REVIEW, now())

    def test_windows_are_set_changed_and_taken_away_one_by_one(self, actor: User, mine: Event) -> None:
        window = Window(typed_at(2027, 4, 1), typed_at(2027, 4, 30, 23, 59))
        events.edit(actor, mine, {"phases": {PhaseKind.REVIEW: window}})
        assert {phase.kind for phase in mine.phases} == {PhaseKind.APPLICATION, PhaseKind.REVIEW}
        events.edit(actor, mine, {"phases": {PhaseKind.APPLICATION: None}})
        db.session.expire_all()
        [review] = get_event(actor, mine.key).phases
        assert typed_window(review, NAIROBI) == window
        line = db.session.scalars(select(AuditLine).order_by(AuditLine.id.desc())).first()
        assert line is not None
        assert line.fields == ["phases.application"]

    def test_a_close_before_the_opening_is_refused_by_its_field(self, actor: User, mine: Event) -> None:
        with pytest.raises(Invalid) as problem:
            events.edit(
                actor,
                mine,
                {
                    "phases": {
                        PhaseKind.REVIEW: Window(typed_at(2027, 4, 1), typed_at(2027, 3, 1)),
                        PhaseKind.OFFER: Window(typed_at(1, 4, 1), typed_at(2027, 3, 1)),
                    }
                },
            )
        assert set(problem.value.errors) == {"phases.review.closes_at", "phases.offer.opens_at"}

    def test_a_new_zone_keeps_deadlines_as_they_were_typed(self, actor: User, mine: Event) -> None:
        typed = Window(typed_at(2027, 1, 11, 9), typed_at(2027, 3, 5, 23, 59))
        events.edit(actor, mine, {"phases": {PhaseKind.APPLICATION: typed}})
        events.edit(actor, mine, {"time_zone": "America/Lima"})
        [phase] = mine.phases
        assert typed_window(phase, ZoneInfo("America/Lima")) == typed
        assert phase.closes_at == datetime(2027, 3, 6, 5, tzinfo=UTC)
