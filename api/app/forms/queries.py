"""Selects that several services share."""

from collections.abc import Mapping

from sqlalchemy import Select, case, func, select, true

from app.events.models import Event
from app.forms.models import Form, FormPurpose, FormVersion, Response
from app.utils.database import db


def select_forms(event: Event) -> Select[Form]:
    """The event's forms, in the order in which they were made."""
    return select(Form).where(Form.event_id == event.id).order_by(Form.id)


def find_form(event: Event, purpose: FormPurpose) -> Form | None:
    """The event's first form for this purpose."""
    return db.session.scalar(select_forms(event).where(Form.purpose == purpose).limit(1))


def find_version(event: Event, purpose: FormPurpose = FormPurpose.APPLICATION) -> FormVersion | None:
    """The version that people answer now: the newest published one of the event's form for this purpose."""
    statement = (
        select(FormVersion)
        .join(Form)
        .where(Form.event_id == event.id, Form.purpose == purpose, FormVersion.published_at.is_not(None))
        .order_by(Form.id, FormVersion.number.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def find_published(form: Form) -> FormVersion | None:
    """The newest published version of a form."""
    return db.session.scalar(_versions(form).where(FormVersion.published_at.is_not(None)).limit(1))


def find_draft(form: Form) -> FormVersion | None:
    """The version being prepared, if there is one."""
    return db.session.scalar(_versions(form).where(FormVersion.published_at.is_(None)))


def find_numbered(form: Form, number: int) -> FormVersion | None:
    """The version with this number."""
    return db.session.scalar(_versions(form).where(FormVersion.number == number))


def _versions(form: Form) -> Select[FormVersion]:
    return select(FormVersion).where(FormVersion.form_id == form.id).order_by(FormVersion.number.desc())


def list_versions(form: Form) -> list[tuple[FormVersion, int, int]]:
    """Every version, newest first, with its numbers of drafts and of submitted responses."""
    drafts = func.count(case((Response.submitted_at.is_(None), Response.id)))
    submitted = func.count(Response.submitted_at)
    statement = (
        select(FormVersion, drafts, submitted)
        .outerjoin(Response, Response.form_version_id == FormVersion.id)
        .where(FormVersion.form_id == form.id)
        .group_by(FormVersion.id)
        .order_by(FormVersion.number.desc())
    )
    return [(version, int(begun), int(sent)) for version, begun, sent in db.session.execute(statement)]


def count_answers(form: Form) -> Mapping[str, tuple[int, int]]:
    """By question key, in how many drafts and in how many submitted responses it has an answer."""
    key = func.jsonb_object_keys(Response.answers).table_valued("key").render_derived()
    statement = (
        select(
            key.c.key,
            func.count(case((Response.submitted_at.is_(None), 1))),
            func.count(Response.submitted_at),
        )
        .select_from(Response)
        .join(FormVersion, FormVersion.id == Response.form_version_id)
        .join(key, onclause=true())
        .where(FormVersion.form_id == form.id)
        .group_by(key.c.key)
    )
    return {name: (int(drafts), int(submitted)) for name, drafts, submitted in db.session.execute(statement)}
