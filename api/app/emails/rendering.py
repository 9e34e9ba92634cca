"""From a text with merge fields to a subject, a plain text and the inside of an HTML message.

Nothing but `{{ field }}` is understood: no template language, so a text that organisers write can do no harm. Values
never become markup: the text is parsed and sanitised first, with inert words where values belong, and only then are the
values, escaped, put in their place.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from app.emails.shipped import FieldKind, MergeField, Source

FIELD = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
TAGS = {"h1", "h2", "h3", "p", "a", "strong", "em", "ul", "ol", "li", "blockquote", "br", "hr", "code", "pre"}

Fact = tuple[str, str | None]
Value = str | Sequence[Fact]

_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Button:
    """The one thing to do."""

    label: str
    href: str


@dataclass(frozen=True)
class Rendered:
    """A finished message but for its layout: the HTML stands before (`words`) and after its one button."""

    subject: str
    text: str
    heading: str
    words: Markup
    button: Button | None
    after: Markup
    reason: str


def fields_in(text: str) -> list[str]:
    """The names of the fields that `text` uses, in order, each once."""
    return list(dict.fromkeys(FIELD.findall(text)))


def fields_in_links(body: str, fields: Mapping[str, MergeField]) -> list[str]:
    """The fields that stand in a link's address and are not addresses themselves."""
    text = [name for name, one in fields.items() if one.kind is not FieldKind.LINK]
    slots = _Slots(dict.fromkeys(text, ""))
    targets = [
        str(child.attrGet("href"))
        for token in _markdown.parse(slots.put_into(body))
        for child in token.children or []
        if child.type == "link_open"
    ]
    return [name for name in text if any(slots.words[name] in target for target in targets)]


def render(source: Source, values: Mapping[str, Value]) -> Rendered:
    """The message that `source` makes of `values`: a text for each field, pairs of label and text for facts.

    A pair without a text is a heading among the facts. A paragraph or list item whose field is empty is left out. The
    first heading is the message's own, the first paragraph that is nothing but a link its button.
    Raises KeyError for a field without a value.
    """
    slots = _Slots(values)
    blocks = _blocks(_markdown.parse(slots.put_into(_without_empty(source.body, values))))
    subject = " ".join(_plain(source.subject, values).split())
    text = "\n\n".join(filter(None, (_text_of(block, slots) for block in blocks)))
    heading = subject
    if blocks and blocks[0][0].type == "heading_open":
        heading = slots.fill(_inline_as_text(blocks.pop(0)[1]), str)
    place = next((number for number, block in enumerate(blocks) if _button(block)), len(blocks))
    found = _button(blocks[place]) if place < len(blocks) else None
    return Rendered(
        subject=subject,
        text=text + "\n",
        heading=heading,
        words=_html_of(blocks[:place], slots),
        button=Button(*(slots.fill(part, str) for part in found)) if found else None,
        after=_html_of(blocks[place + 1 :], slots),
        reason=_plain(source.reason, values),
    )


class _Slots:
    """Inert words that stand for values while a text is parsed."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        nonce = secrets.token_hex(6)
        self.values = values
        self.words = {name: f"slot{nonce}x{number}x" for number, name in enumerate(values)}
        self._names = {word: name for name, word in self.words.items()}
        self._pattern = re.compile("|".join(map(re.escape, self._names)) or r"(?!)")

    def put_into(self, text: str) -> str:
        return FIELD.sub(lambda match: self.words.get(match[1], match[0]), text)

    def fill(self, text: str, show: Callable[[str], str]) -> str:
        def value_of(match: re.Match[str]) -> str:
            value = self.values[self._names[match[0]]]
            return show(value) if isinstance(value, str) else ""

        return self._pattern.sub(value_of, text)

    def facts_at(self, text: str) -> Sequence[Fact] | None:
        """The facts, if `text` is nothing but the word of a facts field."""
        value = self.values.get(self._names.get(text.strip(), ""))
        return None if value is None or isinstance(value, str) else value


def _plain(text: str, values: Mapping[str, Value]) -> str:
    return FIELD.sub(lambda match: str(values[match[1]]), text)


def _as_html(value: str) -> str:
    return str(escape(value)).replace("\n", "<br>")


def _without_empty(body: str, values: Mapping[str, Value]) -> str:
    def is_kept(part: str) -> bool:
        return all(values[name] for name in fields_in(part))

    kept = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        lines = paragraph.split("\n")
        if all(re.match(r"[-*+] |\d+[.)] ", line) for line in lines):
            kept.append("\n".join(filter(is_kept, lines)))
        elif is_kept(paragraph):
            kept.append(paragraph)
    return "\n\n".join(filter(None, kept)) + "\n"


def _blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    blocks: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            blocks.append([])
        blocks[-1].append(token)
    return blocks


def _html_of(blocks: list[list[Token]], slots: _Slots) -> Markup:
    parts = []
    for block in blocks:
        facts = slots.facts_at(_inline_text(block)) if _is_paragraph(block) else None
        if facts is not None:
            parts.append(_table_of_answers(facts))
        elif pairs := _labelled_items(block):
            parts.append(_table_of_pairs(pairs))
        else:
            parts.append(_clean(str(_markdown.renderer.render(block, _markdown.options, {}))))
    return Markup(slots.fill("".join(parts), _as_html))  # noqa: S704 - cleaned above, values escaped


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="pass_through",
        link_rel=None,
    )


def _text_of(block: list[Token], slots: _Slots) -> str:
    facts = slots.facts_at(_inline_text(block)) if _is_paragraph(block) else None
    if facts is not None:
        return "\n\n".join(
            label if text is None else f"{label}\n{_indent(text, '  ')}" for label, text in facts
        )
    if button := _button(block):
        return slots.fill(f"{button[0]}\n{button[1]}", str)
    lines = []
    number = 0
    lead = ""
    for token in block:
        if token.type == "ordered_list_open":
            number = int(token.attrGet("start") or 1)
        elif token.type == "list_item_open":
            lead, number = (f"{number}. ", number + 1) if number else ("- ", 0)
        elif token.type == "inline":
            lines.append(_indent(slots.fill(_inline_as_text(token), str), lead))
            lead = " " * len(lead)
        elif token.type == "hr":
            lines.append("--------")
        elif token.type in {"code_block", "fence"}:
            lines.append(slots.fill(token.content, str).rstrip())
    return "\n".join(lines)


def _is_paragraph(block: list[Token]) -> bool:
    return [token.type for token in block] == ["paragraph_open", "inline", "paragraph_close"]


def _inline_text(block: list[Token]) -> str:
    return "".join(token.content for token in block if token.type == "inline")


def _button(block: list[Token]) -> tuple[str, str] | None:
    """The label and address of a paragraph that is one link and nothing else."""
    children = (block[1].children or []) if _is_paragraph(block) else []
    types = [child.type for child in children]
    if types[:1] != ["link_open"] or types[-1:] != ["link_close"] or types.count("link_open") != 1:
        return None
    return "".join(child.content for child in children), str(children[0].attrGet("href"))


def _labelled_items(block: list[Token]) -> list[Fact]:
    """The pairs of a list in which every item reads `**Label:** text`; empty when it is any other block."""
    if block[0].type != "bullet_list_open":
        return []
    inlines = [token for token in block if token.type == "inline"]
    items = [token for token in block if token.type == "list_item_open"]
    pairs: list[Fact] = []
    for inline in inlines:
        children = [child for child in inline.children or [] if child.type != "text" or child.content]
        types = [child.type for child in children[:3]]
        if types != ["strong_open", "text", "strong_close"] or not children[1].content.rstrip().endswith(":"):
            return []
        rest = "".join(child.content if child.content else " " for child in children[3:])
        pairs.append((children[1].content.rstrip().removesuffix(":").rstrip(), rest.strip()))
    return pairs if len(pairs) == len(items) else []


TABLE = '<table class="pairs" role="presentation" width="100%" cellpadding="0" cellspacing="0">'


def _table_of_pairs(pairs: Sequence[Fact]) -> str:
    rows = [
        f'<tr><td class="label{first}">{escape(label)}</td><td class="value{first}">{_as_html(text or "")}</td></tr>'
        for (label, text), first in zip(pairs, _firsts(), strict=False)
    ]
    return f"{TABLE}{''.join(rows)}</table>"


def _table_of_answers(facts: Sequence[Fact]) -> str:
    rows = []
    for (label, text), first in zip(facts, _firsts(), strict=False):
        if text is None:
            rows.append(f'<tr><td class="part{first}">{escape(label)}</td></tr>')
        else:
            question = f'<span class="soft">{escape(label)}</span>'
            rows.append(f'<tr><td class="answer{first}">{question}<br>{_as_html(text)}</td></tr>')
    return f"{TABLE}{''.join(rows)}</table>"


def _firsts() -> Iterator[str]:
    """The class of a row that has no line above it: the first."""
    return chain((" first",), repeat(""))


def _inline_as_text(token: Token) -> str:
    parts: list[str] = []
    address = ""
    start = 0
    for child in token.children or []:
        if child.type == "link_open":
            address, start = str(child.attrGet("href")), len(parts)
        elif child.type == "link_close":
            if "".join(parts[start:]) != address.removeprefix("mailto:"):
                parts.append(f" ({address})")
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)


def _indent(text: str, lead: str) -> str:
    """`text` with `lead` before its first line and as many blanks before the others. Mail programs fold long lines."""
    return lead + text.replace("\n", "\n" + " " * len(lead))
