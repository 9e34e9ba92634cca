"""How far an application is: its sections with ticks, and what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.applications.models import Application
from app.forms.engine import CompiledForm, Errors, Question, Result, Section, display, summary_label
from app.forms.models import Response
from app.forms.services import read_response
from app.utils.i18n import current_language


@dataclass(frozen=True)
class SectionLine:
    """One visible section: `number` counts the visible ones from 1; `state` is "done", "wrong", "begun" or "todo"."""

    key: str
    number: int
    title: str
    href: str
    state: str


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer as a person reads it; `change` is the address of its control."""

    key: str
    label: str
    value: str
    change: str
    errors: list[str]


@dataclass(frozen=True)
class Outline:
    """A response as its owner sees it: the form, what checking it as a whole gave, and the visible sections."""

    event_key: str
    language: str
    form: CompiledForm
    result: Result
    answers: Mapping[str, Any]
    sections: list[SectionLine]

    @property
    def left(self) -> int:
        """How many sections are not done."""
        return sum(section.state != "done" for section in self.sections)

    @property
    def next_section(self) -> SectionLine | None:
        """The first section that is not done."""
        return next((section for section in self.sections if section.state != "done"), None)

    @property
    def is_begun(self) -> bool:
        """Whether anything has been answered."""
        return bool(self.answers)

    def find(self, key: str) -> SectionLine | None:
        """The visible section with this key."""
        return next((section for section in self.sections if section.key == key), None)

    def neighbour(self, section: SectionLine, step: int) -> SectionLine | None:
        """The visible section before (-1) or after (1) this one."""
        place = section.number - 1 + step
        return self.sections[place] if 0 <= place < len(self.sections) else None

    def questions(self, section: Section) -> list[Question]:
        """The visible questions of a section that ask."""
        return [each for each in section.questions if each.kind.asks and each.key in self.result.visible]

    def errors_in(self, section: Section) -> Errors:
        """What a submission would hear about the questions of one section."""
        return {
            each.key: self.result.errors[each.key]
            for each in section.questions
            if each.key in self.result.errors
        }

    def labels(self) -> dict[str, str]:
        """Short names of the questions, for summaries of errors."""
        labels = {key: summary_label(each, self.language) for key, each in self.form.questions.items()}
        return {key: label.rstrip(" ?:.\u202f\u00a0") for key, label in labels.items()}

    def changes(self) -> dict[str, str]:
        """Where each question can be answered, with what is still to mend."""
        return {
            key: f"{section_href(self.event_key, each.section)}?check=1#f-{key}"
            for key, each in self.form.questions.items()
        }

    def lines(self, section_key: str, changing: bool = False) -> list[AnswerLine]:
        """The visible questions of a section with their answers; when `changing`, with the way to each control."""
        section = self.form.section(section_key)
        assert section is not None  # noqa: S101  # asked only for the sections listed above
        return [
            AnswerLine(
                key=each.key,
                label=each.label_in(self.language),
                value=display(each, self.answers.get(each.key), self.language),
                change=f"{section_href(self.event_key, section_key)}#f-{each.key}" if changing else "",
                errors=self.result.errors.get(each.key, []),
            )
            for each in self.questions(section)
        ]


def section_href(event_key: str, section_key: str) -> str:
    """The page on which one section is filled."""
    return f"/events/{event_key}/apply/sections/{section_key}"


def outline_of(application: Application, event_key: str) -> Outline:
    """The outline of the draft, or of what was submitted while there is no draft, in the reader's language."""
    response = application.draft or application.submitted
    assert response is not None  # noqa: S101  # the database's own checks see to it
    return make_outline(event_key, response)


def make_outline(event_key: str, response: Response) -> Outline:
    """The outline of a response in the reader's language."""
    language = current_language()
    form, result = read_response(response)
    visible = [each for each in result.progress if each.visible]
    titles = {section.key: section.title_in(language) for section in form.sections}
    sections = [
        SectionLine(
            each.key,
            number,
            titles[each.key],
            section_href(event_key, each.key),
            _state(each, response.answers),
        )
        for number, each in enumerate(visible, start=1)
    ]
    answers = {key: value for key, value in response.answers.items() if key in form.questions}
    return Outline(event_key, language, form, result, answers, sections)


def _state(progress: Any, answers: Mapping[str, Any]) -> str:
    if progress.is_done and answers:
        return "done"
    if progress.faulty:
        return "wrong"
    return "begun" if progress.answered else "todo"
