"""Reading over all packages below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, func, select
from sqlalchemy.orm import aliased

from app.applications.models import Application, ApplicationState
from app.applications.queries import matches
from app.decisions.models import Decision, Verdict
from app.decisions.queries import select_drafts, select_released
from app.emails.models import Message, MessageState
from app.events.models import Event
from app.forms.models import Form, FormPurpose, FormVersion, Response
from app.utils.database import db
from app.utils.pagination import Page

Draft = aliased(Decision, name="draft")

# The verdict that the applicant knows: of the last released decision.
_released = (
    select(Decision.verdict)
    .where(Decision.application_id == Application.id, Decision.release_id.is_not(None))
    .order_by(Decision.id.desc())
    .limit(1)
    .correlate(Application)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Wanted:
    """Which applications, in which order: see `schemas.Filters`, from which it is made."""

    words: str = ""
    state: ApplicationState | None = ApplicationState.SUBMITTED
    country: str = ""
    decision: str | None = None
    sort: str = "-submitted"


def select_rows(event: Event, wanted: Wanted) -> Select[Any]:
    """The rows of the list with their draft and released verdicts, filtered, in a total order."""
    return _joined(
        event,
        wanted,
        Application.id,
        Application.number,
        Application.code,
        Application.state,
        Application.applicant_name,
        Application.email,
        Application.affiliation,
        Application.country,
        Application.submitted_at,
        Draft.verdict.label("draft_verdict"),
        Draft.waitlist_rank,
        _released.label("released_verdict"),
    ).order_by(*_order(wanted.sort))


def select_export(event: Event, wanted: Wanted) -> Select[Any]:
    """The same rows as an export begins them, enums as their plain text, with the submitted answers at the end."""
    facts = (
        Application.code,
        cast(Application.state, Text),
        Application.applicant_name,
        Application.email,
        Application.country,
        Application.affiliation,
        cast(Draft.verdict, Text),
        cast(_released, Text),
        Application.submitted_at,
    )
    return (
        _joined(event, wanted, *facts, Response.answers)
        .outerjoin(Response, Response.id == Application.submitted_response_id)
        .order_by(*_order(wanted.sort))
    )


def find_rows(event: Event, wanted: Wanted, *, number: int, per_page: int) -> Page[Row[Any]]:
    """One page of the list. Its total comes with the rows, so that it costs one statement."""
    total = _joined(event, wanted, func.count()).scalar_subquery()
    rows = db.session.execute(
        select_rows(event, wanted)
        .add_columns(total.label("total"))
        .limit(per_page)
        .offset((number - 1) * per_page)
    ).all()
    if rows or number == 1:
        return Page(rows, rows[0].total if rows else 0, number, per_page)
    return Page(rows, db.session.scalar(_joined(event, wanted, func.count())) or 0, number, per_page)


def count_by_country(event: Event) -> Sequence[Row[str | None, int]]:
    """How many submitted applications there are from each country, most first."""
    number = func.count()
    return db.session.execute(
        select(Application.country, number)
        .where(Application.event_id == event.id, Application.state == ApplicationState.SUBMITTED)
        .group_by(Application.country)
        .order_by(number.desc(), Application.country)
    ).all()


def count_by_state(event: Event) -> dict[ApplicationState, int]:
    """How many applications there are in each state."""
    rows = db.session.execute(
        select(Application.state, func.count())
        .where(Application.event_id == event.id)
        .group_by(Application.state)
    )
    return {row[0]: row[1] for row in rows}


def count_drafts(event: Event) -> dict[Verdict, int]:
    """How many decisions are drafted, by verdict."""
    drafts = select_drafts(event).subquery()
    rows = db.session.execute(select(drafts.c.verdict, func.count()).group_by(drafts.c.verdict))
    return {row[0]: row[1] for row in rows}


def count_released(event: Event) -> dict[Verdict, int]:
    """How many decisions are released, by the verdict that holds."""
    released = select_released(event).subquery()
    rows = db.session.execute(select(released.c.verdict, func.count()).group_by(released.c.verdict))
    return {row[0]: row[1] for row in rows}


def count_by_day(event: Event) -> Sequence[Row[Any]]:
    """First submissions on each day of the event's zone, in order of time."""
    day = func.date(func.timezone(event.time_zone, Application.first_submitted_at)).label("day")
    return db.session.execute(
        select(day, func.count().label("number"))
        .where(Application.event_id == event.id, Application.first_submitted_at.is_not(None))
        .group_by(day)
        .order_by(day)
    ).all()


def list_published_versions(event: Event) -> Sequence[FormVersion]:
    """All versions of the application form that people were asked, oldest first."""
    return db.session.scalars(
        select(FormVersion)
        .join(FormVersion.form)
        .where(
            Form.event_id == event.id,
            Form.purpose == FormPurpose.APPLICATION,
            FormVersion.published_at.is_not(None),
        )
        .order_by(FormVersion.number)
    ).all()


def count_failed_messages(event: Event) -> int:
    """How many of the event's messages came back or were given up."""
    failed = select(func.count()).where(Message.event_id == event.id, Message.state == MessageState.FAILED)
    return db.session.scalar(failed) or 0


def _joined(event: Event, wanted: Wanted, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Application)
        .outerjoin(Draft, (Draft.application_id == Application.id) & Draft.release_id.is_(None))
        .where(Application.event_id == event.id, *_conditions(wanted))
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(Application.state == wanted.state)
    if wanted.country:
        conditions.append(Application.country == wanted.country)
    found = matches(wanted.words)
    if found is not None:
        conditions.append(found)
    return [*conditions, *_decided(wanted.decision)]


def _decided(wanted: str | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "none": [Draft.id.is_(None), _released.is_(None)],
        "drafted": [Draft.id.is_not(None)],
        "released": [_released.is_not(None)],
    }
    return conditions.get(wanted) or [func.coalesce(Draft.verdict, _released) == wanted]


def _order(sort: str) -> list[ColumnElement[Any]]:
    columns: dict[str, Any] = {
        "submitted": Application.submitted_at,
        "name": func.lower(Application.applicant_name),
        "country": Application.country,
        "number": Application.number,
    }
    column = columns[sort.removeprefix("-")]
    if sort.startswith("-"):
        return [column.desc().nulls_last(), Application.id.desc()]
    return [column.asc().nulls_last(), Application.id.asc()]
