"""What organisers do with forms: begin one, put a document, look at what it changes, publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from app.audit.services import record
from app.events.models import Event
from app.forms import queries
from app.forms.engine import (
    Comparison,
    CompiledForm,
    Flaw,
    Missing,
    arrange,
    check_document,
    compare,
    missing_texts,
)
from app.forms.models import Form, FormPurpose, FormVersion, Response
from app.forms.policies import can_edit_forms, can_read_forms
from app.forms.services.compiling import compiled, fingerprint
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, Invalid, NotFound, Stale
from app.utils.i18n import _, lazy_gettext, ngettext
from app.utils.time import now


class InvalidDocument(Invalid):
    """The document is not a form. `flaws` are all problems; `errors` has their sentences by JSON pointer."""

    code = "invalid-form"
    title = lazy_gettext("This is not a complete form yet")

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        sentence = ngettext(
            "One thing in the form needs you.", "%(num)s things in the form need you.", len(flaws)
        )
        errors: dict[str, list[str]] = {}
        for flaw in flaws:
            errors.setdefault(flaw.pointer, []).append(flaw.sentence)
        super().__init__(sentence, errors=errors)
        self.flaws = list(flaws)
        self.extra = {"flaws": [flaw.as_json() for flaw in flaws]}


class FormExists(Conflict):
    """The event has a form for this purpose already."""

    code = "form-exists"
    title = lazy_gettext("There is a form already")


class NothingToPublish(Conflict):
    """There is no draft, or it is just what is published."""

    code = "nothing-to-publish"
    title = lazy_gettext("Nothing has changed")


class DraftChanged(Stale):
    """Somebody else saved the draft since it was read."""

    code = "draft-changed"
    title = lazy_gettext("Somebody else changed this draft")


@dataclass(frozen=True, slots=True)
class Report:
    """What a document is worth: the flaws that keep it from being a form, and the texts that lack a language."""

    flaws: Sequence[Flaw]
    missing: Sequence[Missing]

    @property
    def is_valid(self) -> bool:
        """Whether it could be saved."""
        return not self.flaws


@dataclass(frozen=True, slots=True)
class Consequences:
    """What publishing the draft would do.

    `drafts` people are filling the form now and move on to the new version with their answers; `submitted` keep
    theirs. `answered` says by question key how many drafts and submitted responses have an answer.
    """

    comparison: Comparison
    drafts: int
    submitted: int
    answered: Mapping[str, tuple[int, int]]

    def answers_to(self, key: str) -> int:
        """How many people have answered a question, in drafts and submissions."""
        return sum(self.answered.get(key, (0, 0)))


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with how many responses it has."""

    version: FormVersion
    drafts: int
    submitted: int


def list_forms(actor: User, event: Event) -> Sequence[Form]:
    """The event's forms."""
    require(can_read_forms(actor, event))
    return db.session.scalars(queries.select_forms(event)).all()


def get_form(actor: User, event: Event, form_id: int) -> Form:
    """One of the event's forms. Raises `NotFound`."""
    require(can_read_forms(actor, event))
    form = db.session.scalar(queries.select_forms(event).where(Form.id == form_id))
    if form is None:
        raise NotFound(_("This event has no such form."))
    return form


def list_versions(actor: User, event: Event, form: Form) -> list[VersionLine]:
    """Every version of a form, newest first, with its numbers of responses."""
    require(can_read_forms(actor, event))
    return [VersionLine(*line) for line in queries.list_versions(form)]


def create_form(actor: User, event: Event, *, purpose: FormPurpose, name: str) -> Form:
    """Begin a form. Raises `FormExists` when the event has one for a purpose that takes only one."""
    require(can_edit_forms(actor, event))
    form = Form(event_id=event.id, purpose=purpose, name=name)
    with unique_or(FormExists(_("This event has an application form already. Change that one."))):
        db.session.add(form)
    record(actor, "form.created", form, event_id=event.id)
    return form


def validate(actor: User, event: Event, document: object) -> Report:
    """Judge a document without saving it."""
    require(can_edit_forms(actor, event))
    flaws = check_document(document)
    missing = missing_texts(document) if not flaws and isinstance(document, dict) else []
    return Report(flaws, missing)


def put_document(
    actor: User, event: Event, form: Form, document: Any, *, revision: int | None = None
) -> FormVersion:
    """Make `document` the form's draft version, in place of an earlier draft. What is published stays as it is.

    With `revision`, the draft's revision that the document builds on, a draft saved since raises `DraftChanged`.
    Raises `InvalidDocument` with every flaw.
    """
    require(can_edit_forms(actor, event))
    flaws = check_document(document)
    if flaws:
        raise InvalidDocument(flaws)
    _lock(form)
    draft = queries.find_draft(form)
    if revision is not None and (draft.revision if draft else 0) != revision:
        raise DraftChanged(
            _("Somebody else saved this draft meanwhile. Load it again, then make your change.")
        )
    if draft is None:
        newest = db.session.scalar(
            select(FormVersion.number).filter_by(form_id=form.id).order_by(FormVersion.number.desc()).limit(1)
        )
        draft = FormVersion(form_id=form.id, number=(newest or 0) + 1)
        db.session.add(draft)
    else:
        draft.revision += 1
    draft.document, draft.fingerprint = document, fingerprint(document)
    db.session.flush()
    record(actor, "form_version.saved", draft, event_id=event.id, fields=["document"])
    return draft


def discard_draft(actor: User, event: Event, form: Form) -> None:
    """Throw the draft version away; the published one stays. Raises `NotFound` if there is none."""
    require(can_edit_forms(actor, event))
    _lock(form)
    draft = _get_draft(form)
    record(actor, "form_version.discarded", draft, event_id=event.id)
    db.session.delete(draft)
    db.session.flush()


def foresee(actor: User, event: Event, form: Form) -> Consequences:
    """What publishing the draft would do to questions, drafts and submissions. Raises `NotFound` without a draft."""
    require(can_read_forms(actor, event))
    draft = _get_draft(form)
    published = queries.find_published(form)
    comparison = compare(compiled(published) if published else None, compiled(draft))
    lines = queries.list_versions(form)
    return Consequences(
        comparison=comparison,
        drafts=sum(drafts for _version, drafts, _submitted in lines),
        submitted=sum(submitted for _version, _drafts, submitted in lines),
        answered=queries.count_answers(form),
    )


def publish(
    actor: User, event: Event, form: Form, *, number: int | None = None, revision: int | None = None
) -> tuple[FormVersion, int]:
    """Publish the draft version; open drafts of earlier versions move to it and keep every answer.

    `number` and `revision` name the draft that the person has looked at. Returns the version and how many drafts
    moved. Raises `NothingToPublish`, and `DraftChanged` when the draft is another one now.
    """
    require(can_edit_forms(actor, event))
    _lock(form)
    draft, published = queries.find_draft(form), queries.find_published(form)
    if draft is None or (published and published.fingerprint == draft.fingerprint):
        raise NothingToPublish(_("The published form is just this one. Change the form first."))
    if draft.number != (number or draft.number) or draft.revision != (revision or draft.revision):
        raise DraftChanged(_("Another version is being prepared now. Look at it before you publish it."))
    draft.published_at, draft.published_by_id = now(), actor.id
    db.session.flush()
    moved = db.session.execute(
        update(Response)
        .where(
            Response.submitted_at.is_(None),
            Response.form_version_id.in_(select(FormVersion.id).filter_by(form_id=form.id)),
            Response.form_version_id != draft.id,
        )
        .values(form_version_id=draft.id, updated_at=Response.updated_at)
        .execution_options(synchronize_session=False)
        .returning(Response.id)
    ).all()
    record(actor, "form_version.published", draft, event_id=event.id)
    return draft, len(moved)


def export_document(actor: User, event: Event, form: Form, number: int | None = None) -> dict[str, Any]:
    """A version's document with its fields in order: the one with `number`, else the newest. Raises `NotFound`."""
    require(can_read_forms(actor, event))
    version = get_version(actor, event, form, number)
    return arrange(version.document)


def get_version(actor: User, event: Event, form: Form, number: int | None = None) -> FormVersion:
    """The version with `number`; without one the draft, else the published one. Raises `NotFound`."""
    require(can_read_forms(actor, event))
    if number is not None:
        version = queries.find_numbered(form, number)
    else:
        version = queries.find_draft(form) or queries.find_published(form)
    if version is None:
        raise NotFound(_("This form has no such version."))
    return version


def preview(actor: User, event: Event, version: FormVersion) -> CompiledForm:
    """A version as people would fill it. Nothing typed into a preview is kept."""
    require(can_read_forms(actor, event))
    return compiled(version)


def _get_draft(form: Form) -> FormVersion:
    draft = queries.find_draft(form)
    if draft is None:
        raise NotFound(_("Nothing is being prepared for this form. Upload a changed form first."))
    return draft


def _lock(form: Form) -> None:
    """One change of a form's versions at a time."""
    db.session.execute(select(Form.id).where(Form.id == form.id).with_for_update())
