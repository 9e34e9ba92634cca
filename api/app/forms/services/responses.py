"""Filling a form: begin, save, submit, copy, erase.

The caller has asked its own policy and judged its deadline: whose response it is, is its business. A save costs two
statements: one that locks the row, one that writes it. Whoever must find the row first joins that to `LOCKED_RESPONSE`,
which spares a third, and goes on with `save_locked`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.forms.engine import CompiledForm, Errors, Result, check, check_changes, known
from app.forms.models import Form, FormVersion, Response
from app.forms.services.compiling import compiled, compiled_by
from app.utils.database import db
from app.utils.errors import Conflict, Invalid, NotFound, Stale
from app.utils.i18n import _, lazy_gettext, ngettext
from app.utils.time import now

SAVES_REMEMBERED = 20
MAX_SAVE_ID = 64

Locked = Any  # a row of `LOCKED_RESPONSE`
_responses = cast(Table, Response.__table__)
_versions = cast(Table, FormVersion.__table__)
# The statements of a save are made once: making them anew costs more than sending them.
LOCKED_RESPONSE = (
    select(
        _responses.c.id,
        _responses.c.form_version_id,
        _responses.c.answers,
        _responses.c.revision,
        _responses.c.revisions,
        _responses.c.saves,
        _responses.c.submitted_at,
        _versions.c.fingerprint,
    )
    .join(_versions, _versions.c.id == _responses.c.form_version_id)
    .with_for_update(of=_responses)
)
_BY_ID = LOCKED_RESPONSE.where(_responses.c.id == bindparam("response_id"))
_WRITE = _responses.update().where(_responses.c.id == bindparam("response_id"))


class InvalidAnswers(Invalid):
    """Some answers are not what their questions ask; `errors` has sentences by question key."""

    code = "invalid-answers"
    title = lazy_gettext("Some answers need you")


class StaleAnswers(Stale):
    """The same question was changed elsewhere since the revision that the save builds on. Nothing was saved.

    `revision` is the present one; `conflicts` has, by question key, the answer that was sent (`yours`) and the stored
    one (`theirs`); None stands for no answer.
    """

    code = "stale-answers"
    title = lazy_gettext("An answer was changed elsewhere")

    def __init__(self, revision: int, conflicts: Mapping[str, Mapping[str, Any]]) -> None:
        sentence = _("This was changed in another window or on another device. Choose which answer to keep.")
        whole = _("Your answers were changed in another window or on another device. Look at them again.")
        super().__init__(sentence if conflicts else whole, errors={key: [sentence] for key in conflicts})
        self.revision = revision
        self.conflicts = {key: dict(pair) for key, pair in conflicts.items()}
        self.extra = {"revision": revision, "conflicts": self.conflicts}


class AlreadySubmitted(Conflict):
    """A submitted response does not change; what follows is a copy."""

    code = "already-submitted"
    title = lazy_gettext("This has been submitted")


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the revision it made, the keys it changed, and with `keep_good` what was refused."""

    revision: int
    changed: tuple[str, ...] = ()
    errors: Errors = field(default_factory=dict)


def start_response(version: FormVersion) -> Response:
    """An empty draft of a published version, flushed. The version comes with its `form` loaded, or in the session."""
    event_id = db.session.scalar(select(Form.event_id).where(Form.id == version.form_id))
    response = Response(event_id=event_id, form_version_id=version.id)
    db.session.add(response)
    db.session.flush()
    return response


def copy_response(response: Response, version: FormVersion | None = None) -> Response:
    """A draft with the same answers, beside a submitted response; on `version` if given, else on the same one."""
    copy = Response(
        event_id=response.event_id,
        form_version_id=version.id if version else response.form_version_id,
        answers=dict(response.answers),
    )
    db.session.add(copy)
    db.session.flush()
    return copy


def save_answers(
    response: Response,
    changes: Mapping[str, Any],
    *,
    base_revision: int | None = None,
    save_id: str | None = None,
    keep_good: bool = False,
) -> Saved:
    """Save changed answers of a draft; None takes one back. Types are checked, nothing more.

    `base_revision` is the revision the changes build on: a question changed since then by another save raises
    `StaleAnswers`, other questions merge. Without it the last save wins. A repeat of `save_id` changes nothing and
    answers the revision it made. An answer of the wrong type raises `InvalidAnswers` and nothing is saved; with
    `keep_good` the others are saved and the errors returned. Raises `AlreadySubmitted`.
    """
    return save_locked(
        _lock(response), changes, base_revision=base_revision, save_id=save_id, keep_good=keep_good
    )


def save_locked(
    row: Locked,
    changes: Mapping[str, Any],
    *,
    base_revision: int | None = None,
    save_id: str | None = None,
    keep_good: bool = False,
) -> Saved:
    """The same for whoever has locked the row with a statement made from `LOCKED_RESPONSE`."""
    save_id = save_id[:MAX_SAVE_ID] if save_id else None
    repeated = _find_save(row.saves, save_id)
    if repeated is not None:
        return Saved(repeated)
    _refuse_submitted(row)
    cleaned, errors = check_changes(compiled_by(row.form_version_id, row.fingerprint), changes)
    if errors and not keep_good:
        raise _invalid(errors)
    changed = {key: value for key, value in cleaned.items() if row.answers.get(key) != value}
    _refuse_stale(row, changed, base_revision)
    if not changed and not save_id:
        return Saved(row.revision, errors=errors)
    revision = row.revision + bool(changed)
    merged = {**row.answers, **changed}
    _write(
        row.id,
        answers={key: value for key, value in merged.items() if value is not None},
        revision=revision,
        revisions={**row.revisions, **dict.fromkeys(changed, revision)},
        saves=_remember(row.saves, save_id, revision),
        updated_at=now(),
    )
    return Saved(revision, tuple(changed), errors)


def submit_response(response: Response, *, revision: int | None = None, at: datetime | None = None) -> Result:
    """Check everything and make the answers final: hidden ones are left out, those of other versions stay.

    `revision` is the one the person looked at: a later one raises `StaleAnswers`. Raises `InvalidAnswers` with
    everything that is wrong, and `AlreadySubmitted`.
    """
    row = _lock(response)
    _refuse_submitted(row)
    if revision is not None and revision != row.revision:
        raise StaleAnswers(row.revision, {})
    form = compiled_by(row.form_version_id, row.fingerprint)
    result = check(form, known(form, row.answers), complete=True)
    if not result.is_valid:
        raise _invalid(result.errors)
    moment = at or now()
    others = {key: value for key, value in row.answers.items() if key not in form.questions}
    _write(
        row.id,
        answers={**others, **result.answers},
        revision=row.revision + 1,
        saves=[],
        submitted_at=moment,
        updated_at=moment,
    )
    return result


def read_response(response: Response) -> tuple[CompiledForm, Result]:
    """The form of a response and what its answers are worth as they stand: visible questions, errors, progress."""
    version = db.session.get_one(FormVersion, response.form_version_id)
    form = compiled(version)
    return form, check(form, known(form, response.answers), complete=True)


def erase_answers(response: Response) -> None:
    """Take away every answer except those that may be counted and are not personal; nothing typed freely stays."""
    version = db.session.get_one(FormVersion, response.form_version_id)
    questions = compiled(version).questions
    kept = {
        key
        for key, question in questions.items()
        if question.statistics and not question.personal and question.kind.countable
    }
    response.answers = {key: value for key, value in response.answers.items() if key in kept}
    response.revisions, response.saves = {}, []
    db.session.flush()


def _lock(response: Response) -> Locked:
    """The row as it is now, locked. Publishing a version while we waited hides the joined row once; then ask again."""
    asked = {"response_id": response.id}
    row = db.session.execute(_BY_ID, asked).one_or_none() or db.session.execute(_BY_ID, asked).one_or_none()
    if row is None:
        raise NotFound(_("This draft is not here any more."))
    set_committed_value(response, "form_version_id", row.form_version_id)
    return row


def _write(response_id: int, **values: Any) -> None:
    """Write the locked row, and let the object, if somebody holds it, say the same."""
    db.session.execute(_WRITE, {"response_id": response_id, **values})
    held = db.session.identity_map.get(identity_key(Response, response_id))
    if held is not None:
        for name, value in values.items():
            set_committed_value(held, name, value)


def _refuse_submitted(row: Locked) -> None:
    if row.submitted_at is not None:
        raise AlreadySubmitted(
            _("This has been submitted and does not change any more. Start an edit to change it.")
        )


def _refuse_stale(row: Locked, changed: Mapping[str, Any], base_revision: int | None) -> None:
    if base_revision is None:
        return
    conflicts = {
        key: {"yours": value, "theirs": row.answers.get(key)}
        for key, value in changed.items()
        if row.revisions.get(key, 0) > base_revision
    }
    if conflicts:
        raise StaleAnswers(row.revision, conflicts)


def _invalid(errors: Errors) -> InvalidAnswers:
    sentence = ngettext("One answer needs you.", "%(num)s answers need you.", len(errors))
    return InvalidAnswers(sentence, errors=errors)


def _find_save(saves: Sequence[Any], save_id: str | None) -> int | None:
    return next((revision for known_id, revision in saves if known_id == save_id), None) if save_id else None


def _remember(saves: Sequence[Any], save_id: str | None, revision: int) -> list[Any]:
    if not save_id:
        return list(saves)
    return [*saves[-(SAVES_REMEMBERED - 1) :], [save_id, revision]]
