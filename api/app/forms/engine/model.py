"""A form document, compiled: what the validator, the pages and the exports work on.

Documents are JSON (docs/forms.md). Compiling resolves defaults and conditions once, so that checking answers is quick;
`compiled.compile_document` makes these objects, and nothing changes them afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.forms.engine.texts import count_words
from app.utils.i18n import text_in

if TYPE_CHECKING:
    from app.forms.engine.kinds.base import Kind

Texts = Mapping[str, str]
Answers = Mapping[str, Any]
Rule = Callable[[Answers], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it was written (`tree`, what the page gets too) and as a function of the visible answers."""

    tree: Mapping[str, Any]
    holds: Rule


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: a stable value, and a label per language."""

    value: str
    label: Texts


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its settings resolved. `number` counts the questions that ask, from 1, within the section."""

    key: str
    kind: "Kind"
    section: str
    number: int
    label: Texts
    help: Texts
    placeholder: Texts
    text: Texts
    required: bool
    blind: bool
    personal: bool
    statistics: bool
    display: str
    options: tuple[Option, ...]
    settings: Mapping[str, Any]
    condition: Condition | None
    languages: tuple[str, ...]
    labels: Mapping[str, Option] = field(repr=False)

    def setting(self, name: str) -> Any:
        """A setting of the question's type, or None if the document does not give it."""
        return self.settings.get(name)

    def label_in(self, language: str) -> str:
        """The label in `language`, else in the form's languages in order."""
        return text_in(self.label, language, self.languages)

    def help_in(self, language: str) -> str:
        """The help below the label, or an empty text."""
        return text_in(self.help, language, self.languages)

    def placeholder_in(self, language: str) -> str:
        """The example inside the empty control, or an empty text."""
        return text_in(self.placeholder, language, self.languages)

    def text_in(self, language: str) -> str:
        """The Markdown of a piece of information, or an empty text."""
        return text_in(self.text, language, self.languages)

    def option_in(self, value: str, language: str) -> str:
        """The label of an option; a value that this version does not offer stands for itself."""
        option = self.labels.get(value)
        return text_in(option.label, language, self.languages) if option else value

    def language_of(self, language: str) -> str:
        """The language in which the question is really said when `language` is asked for."""
        wanted = (language, *self.languages)
        return next((code for code in wanted if self.label.get(code) or self.text.get(code)), language)

    def typed(self, value: Any) -> Any:
        """An answer as its control holds it: text for one value, a list of texts for several."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list | tuple):
            return [str(item) for item in value]
        return "" if value is None else str(value)

    def counted(self, value: str) -> int:
        """How much of the limit a text uses: words where words are limited, else characters."""
        return count_words(value) if "max_words" in self.settings else len(value)

    def choices_in(self, language: str) -> list[tuple[str, str]]:
        """`(value, label)` of every option, in the document's order."""
        return [(option.value, text_in(option.label, language, self.languages)) for option in self.options]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form: one page on a phone. `number` counts from 1."""

    key: str
    number: int
    title: Texts
    intro: Texts
    condition: Condition | None
    questions: tuple[Question, ...]
    languages: tuple[str, ...]

    def title_in(self, language: str) -> str:
        """The title in `language`, else in the form's languages in order."""
        return text_in(self.title, language, self.languages)

    def intro_in(self, language: str) -> str:
        """The Markdown below the title, or an empty text."""
        return text_in(self.intro, language, self.languages)


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """A whole form. `questions` holds those that ask, by key; pieces of information stand only in their sections."""

    languages: tuple[str, ...]
    title: Texts
    intro: Texts
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]

    def title_in(self, language: str) -> str:
        """The title in `language`, else in the form's languages in order."""
        return text_in(self.title, language, self.languages)

    def intro_in(self, language: str) -> str:
        """The Markdown below the title, or an empty text."""
        return text_in(self.intro, language, self.languages)

    def section(self, key: str) -> Section | None:
        """The section with this key, or None."""
        return next((section for section in self.sections if section.key == key), None)
