"""What organisers read: the overview, the list, one application, the export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.applications.models import Application, ApplicationState
from app.audit import services as audit
from app.decisions.models import Decision, Verdict
from app.emails import services as emails
from app.events.models import Event
from app.events.policies import can_read_event
from app.forms import services as forms
from app.forms.engine import Column, CompiledForm, columns, export_row
from app.forms.models import FormPurpose, Response
from app.invited_guests import services as guests
from app.invited_guests.models import GuestState
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _
from app.utils.pagination import Page
from app.workbench import queries
from app.workbench.queries import Wanted

EXPORT_BATCH = 1_000
RECENT = 100  # lines of the history; what was done many times in a row becomes one on the page


@dataclass(frozen=True)
class ApplicationList:
    """A page of the list, the number of submitted applications in all, and from which countries they come."""

    page: Page[Any]
    submitted: int
    countries: Sequence[tuple[str | None, int]]


@dataclass(frozen=True)
class Dossier:
    """All that is known of one application. `decisions` are the released ones, newest first."""

    application: Application
    response: Response | None
    form: CompiledForm | None
    draft: Decision | None
    decisions: Sequence[Decision]
    history: Sequence[Any]
    messages: Sequence[Any]


@dataclass(frozen=True)
class Overview:
    """The figures of an event."""

    states: dict[ApplicationState, int]
    drafts: dict[Verdict, int]
    released: dict[Verdict, int]
    guests: dict[GuestState, int]
    days: Sequence[tuple[Any, int]]
    countries: Sequence[tuple[str | None, int]]
    activity: Sequence[Any]
    has_form: bool
    failed_messages: int
    mail_configured: bool


def list_applications(
    actor: User, event: Event, wanted: Wanted, *, number: int = 1, per_page: int = 50
) -> ApplicationList:
    """One page of the applications that fit `wanted`, with what the page says around them."""
    require(can_read_event(actor, event))
    countries = [(row[0], row[1]) for row in queries.count_by_country(event)]
    page = queries.find_rows(event, wanted, number=number, per_page=per_page)
    return ApplicationList(page, sum(count for _country, count in countries), countries)


def list_numbers(actor: User, event: Event, wanted: Wanted) -> list[int]:
    """The numbers of all applications that fit `wanted`, in its order: what "all of them" means in a bulk act."""
    require(can_read_event(actor, event))
    return [row.number for row in db.session.execute(queries.select_rows(event, wanted))]


def get_row(actor: User, event: Event, number: int) -> Any:
    """One application as a row of the list. Raises `NotFound`."""
    require(can_read_event(actor, event))
    row = db.session.execute(
        queries.select_rows(event, Wanted(state=None)).where(Application.number == number)
    ).one_or_none()
    if row is None:
        raise _missing(number)
    return row


def get_dossier(actor: User, event: Event, number: int) -> Dossier:
    """One application with everything that is known of it. Raises `NotFound`."""
    require(can_read_event(actor, event))
    application = db.session.scalar(
        select(Application)
        .where(Application.event_id == event.id, Application.number == number)
        .options(
            joinedload(Application.user),
            joinedload(Application.draft).joinedload(Response.form_version),
            joinedload(Application.submitted).joinedload(Response.form_version),
        )
    )
    if application is None:
        raise _missing(number)
    response = application.submitted or application.draft
    decided = db.session.scalars(
        select(Decision)
        .where(Decision.application_id == application.id)
        .options(joinedload(Decision.release))
        .order_by(Decision.id.desc())
    ).all()
    lines = audit.list_lines(thing=application, event_id=event.id, per_page=50)
    return Dossier(
        application=application,
        response=response,
        form=forms.compiled(response.form_version) if response else None,
        draft=next((each for each in decided if each.release_id is None), None),
        decisions=[each for each in decided if each.release_id is not None],
        history=lines.items,
        messages=emails.list_messages(event_id=event.id, address=application.user.email, per_page=20).items,
    )


def summarise(actor: User, event: Event) -> Overview:
    """The figures of the event's overview."""
    require(can_read_event(actor, event))
    return Overview(
        states=queries.count_by_state(event),
        drafts=queries.count_drafts(event),
        released=queries.count_released(event),
        guests=guests.count_by_state(actor, event),
        countries=[(row[0], row[1]) for row in queries.count_by_country(event)],
        days=[(row.day, row.number) for row in queries.count_by_day(event)],
        activity=audit.list_lines(event_id=event.id, per_page=RECENT).items,
        has_form=forms.find_version(event, FormPurpose.APPLICATION) is not None,
        failed_messages=queries.count_failed_messages(event),
        mail_configured=emails.is_mail_configured(),
    )


@dataclass(frozen=True)
class Export:
    """A table of applications: what stands in its first row, and its rows, read as they go out."""

    heads: Sequence[str]
    rows: Iterator[Sequence[Any]]


def export_applications(actor: User, event: Event, wanted: Wanted, language: str) -> Export:
    """The applications that fit `wanted` with all their submitted answers, a row each.

    The questions of all versions are merged by key, the newest version's order first; a cell holds the stable value of
    an option, not its label.
    """
    require(can_read_event(actor, event))
    versions = queries.list_published_versions(event)
    merged = columns([forms.compiled(version) for version in versions])
    heads = [
        *(_("Application number"), _("State"), _("Name"), _("E-mail"), _("Country"), _("Affiliation")),
        *(_("Decision, draft"), _("Decision, released"), _("Submitted")),
        *(column.heading(language) for column in merged),
    ]
    return Export(heads, _export_rows(event, wanted, merged))


def _export_rows(event: Event, wanted: Wanted, merged: Sequence[Column]) -> Iterator[Sequence[Any]]:
    for row in db.session.execute(
        queries.select_export(event, wanted).execution_options(yield_per=EXPORT_BATCH)
    ):
        *facts, submitted_at, answers = row
        yield [
            *facts,
            submitted_at.isoformat() if submitted_at else "",
            *export_row(merged, answers or {}),
        ]


def _missing(number: int) -> NotFound:
    return NotFound(_("There is no application with the number %(number)s in this event.", number=number))
