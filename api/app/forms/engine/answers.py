"""The one validator of answers, for drafts and submissions, JSON and HTML forms alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.forms.engine.conditions import holds, references
from app.forms.engine.kinds import Refused
from app.forms.engine.model import Answers, CompiledForm, Question, Section
from app.utils.i18n import _

Errors = dict[str, list[str]]


class MultiDict(Protocol):
    """What we need of werkzeug's MultiDict."""

    def getlist(self, key: str) -> list[str]:
        """Every value sent under `key`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one section is, counting what is visible.

    `wanted` are the required questions, `missing` those of them without an answer, `faulty` the answers that a
    submission would refuse.
    """

    key: str
    visible: bool
    questions: int
    answered: int
    wanted: int
    missing: int
    faulty: int

    @property
    def is_done(self) -> bool:
        """Whether nothing more is needed here; a section of optional questions needs one answer to count as done."""
        return self.missing == 0 and self.faulty == 0 and (self.answered > 0 or self.questions == 0)


@dataclass(slots=True)
class Result:
    """What checking gave.

    `answers`: the well-typed answers, by key, without empty ones; for a submission without hidden ones.
    `errors`: sentences by question key, in the form's order. `visible`: keys of the questions shown, pieces of
    information too. `progress`: one entry a section, always judged as a submission would be.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    progress: list[Progress] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.errors


def check(form: CompiledForm, answers: object, *, complete: bool) -> Result:
    """Check a whole set of answers: their types only (`complete=False`), or everything a submission needs.

    Never raises, whatever `answers` is: unknown keys, wrong types and, when complete, missing answers are errors.
    """
    result = Result()
    if not isinstance(answers, Mapping):
        result.errors[""] = [_("Answers are an object: question keys and answers.")]
        answers = {}
    typed = _read_all(form, answers, result.errors)
    shown: dict[str, Any] = {}
    for section in form.sections:
        here = _visible_questions(section, typed, shown)
        faults = {
            question.key: _judge(question, typed, result.errors) for question in here if question.kind.asks
        }
        result.progress.append(_progress(section, here, typed, faults, holds(section.condition, shown)))
        result.visible.update(question.key for question in here)
        if complete:
            result.errors |= {key: sentences for key, sentences in faults.items() if sentences}
    if complete:
        hidden = form.questions.keys() - result.visible
        result.errors = {key: value for key, value in result.errors.items() if key not in hidden}
    result.answers = shown if complete else typed
    result.errors = _ordered(form, result.errors)
    return result


def check_changes(form: CompiledForm, changes: object) -> tuple[dict[str, Any], Errors]:
    """Check some answers of a draft: their types only. Returns the well-typed ones (None: taken back) and the errors."""
    if not isinstance(changes, Mapping):
        return {}, {"": [_("Answers are an object: question keys and answers.")]}
    errors: Errors = {}
    typed = _read_all(form, changes, errors, keep_empty=True)
    return typed, errors


def visible(form: CompiledForm, answers: Answers) -> Result:
    """What is shown for stored answers; those of earlier versions that no longer fit count as unanswered."""
    return check(form, known(form, answers), complete=False)


def known(form: CompiledForm, answers: Answers) -> dict[str, Any]:
    """The stored answers that this version asks for; the rest belongs to other versions and stays where it is."""
    return {key: value for key, value in answers.items() if key in form.questions}


def outside_answers(section: Section, shown: Answers) -> dict[str, Any]:
    """The visible answers of other sections that this section's conditions look at: all that its page needs to know."""
    here = {question.key for question in section.questions}
    asked = {
        key
        for question in section.questions
        if question.condition
        for key in references(question.condition.tree)
    }
    return {key: shown[key] for key in sorted(asked - here) if key in shown}


def from_form(form: CompiledForm, data: MultiDict, section: Section | None = None) -> dict[str, Any]:
    """Raw answers from an HTML form, for the questions that were on the page.

    A group of boxes or buttons sends an empty value of its own beside the chosen ones, so "none chosen" and "not on
    the page" differ: the latter leaves the stored answer alone.
    """
    raw: dict[str, Any] = {}
    for question in section.questions if section else form.questions.values():
        values = data.getlist(question.key) if question.kind.asks else []
        if values:
            chosen = [value for value in values if value] or [""]
            raw[question.key] = question.kind.from_form(question, chosen)
    return raw


def _read_all(
    form: CompiledForm, answers: Mapping[Any, Any], errors: Errors, *, keep_empty: bool = False
) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for key, raw in answers.items():
        question = form.questions.get(key) if isinstance(key, str) else None
        if question is None:
            errors[str(key)[:60]] = [_("This form does not ask that.")]
            continue
        try:
            value = None if raw is None else question.kind.read(question, raw)
        except Refused as refused:
            errors[key] = [refused.sentence]
            continue
        if value is not None or keep_empty:
            typed[key] = value
    return typed


def _visible_questions(section: Section, typed: Answers, shown: dict[str, Any]) -> list[Question]:
    """The questions of a section that are shown, in order. `shown` grows by their answers: later conditions see these."""
    if not holds(section.condition, shown):
        return []
    here = []
    for question in section.questions:
        if holds(question.condition, shown):
            here.append(question)
            if question.key in typed:
                shown[question.key] = typed[question.key]
    return here


def _judge(question: Question, typed: Answers, errors: Errors) -> list[str]:
    """What a submission would hear about one visible question."""
    if question.key in errors:
        return errors[question.key]
    if question.key in typed:
        return list(question.kind.faults(question, typed[question.key]))
    return [question.kind.missing(question)] if question.required else []


def _progress(
    section: Section, here: list[Question], typed: Answers, faults: Errors, is_visible: bool
) -> Progress:
    asking = [question for question in here if question.kind.asks]
    missing = sum(question.required and question.key not in typed for question in asking)
    return Progress(
        key=section.key,
        visible=is_visible,
        questions=len(asking),
        answered=sum(question.key in typed for question in asking),
        wanted=sum(question.required for question in asking),
        missing=missing,
        faulty=sum(bool(faults[question.key]) for question in asking if question.key in typed),
    )


def _ordered(form: CompiledForm, errors: Errors) -> Errors:
    """Errors in the order of the questions, for the summary at the top of the page; unknown keys last."""
    ordered = {key: errors[key] for key in form.questions if key in errors}
    return ordered | {key: errors[key] for key in errors if key not in ordered}


def summary_label(question: Question, language: str, longest: int = 60) -> str:
    """A question's label, cut to fit a line of an error summary."""
    label = question.label_in(language)
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"


__all__: Sequence[str] = (
    "Errors",
    "Progress",
    "Result",
    "check",
    "check_changes",
    "from_form",
    "known",
    "outside_answers",
    "summary_label",
    "visible",
)
