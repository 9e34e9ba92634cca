"""The document format as JSON Schema, for editors that complete and check while one types.

It says the shapes; what a schema cannot say (keys used once, conditions on earlier questions) `check_document` says.
"""

from typing import Any

from app.forms.engine.check_questions import question_fields
from app.forms.engine.kinds import KINDS, Kind
from app.forms.engine.kinds.base import Setting
from app.forms.engine.limits import (
    FORMAT,
    KEY_PATTERN,
    MAX_LANGUAGES,
    MAX_OPTIONS,
    MAX_QUESTIONS,
    MAX_SECTIONS,
    TEXT_LIMITS,
    VALUE_PATTERN,
)

Schema = dict[str, Any]
_FLAG: Schema = {"type": "boolean"}


def document_schema() -> Schema:
    """The schema (draft 2020-12) of a form document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A form",
        "description": "A form of Marula: sections of questions, in several languages. The first language is the main one.",
        **_object(
            {
                "format": {"const": FORMAT},
                "languages": {
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 1,
                    "maxItems": MAX_LANGUAGES,
                },
                "title": _texts("title"),
                "intro": _texts("intro"),
                "sections": _list({"$ref": "#/$defs/section"}, MAX_SECTIONS),
            },
            ["format", "languages", "title", "sections"],
        ),
        "$defs": {
            "section": _section(),
            "condition": _condition(),
            **{kind.name: _question(kind) for kind in KINDS.values()},
        },
    }


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def _texts(kind: str) -> Schema:
    text = {"type": "string", "maxLength": TEXT_LIMITS[kind]}
    return {"type": "object", "description": "A text per language.", "additionalProperties": text}


def _section() -> Schema:
    kinds = [{"$ref": f"#/$defs/{name}"} for name in KINDS]
    properties = {
        "key": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
        "title": _texts("title"),
        "intro": _texts("intro"),
        "condition": {"$ref": "#/$defs/condition"},
        "questions": _list({"oneOf": kinds}, MAX_QUESTIONS),
    }
    return _object(properties, ["key", "title", "questions"])


def _condition() -> Schema:
    group = _list({"$ref": "#/$defs/condition"}, 40)
    operators = sorted({operator.value for kind in KINDS.values() for operator in kind.operators})
    comparison = {"question": {"type": "string"}, "is": {"enum": operators}, "value": {}}
    return {
        "oneOf": [
            _object({"all": group}, ["all"]),
            _object({"any": group}, ["any"]),
            _object(comparison, ["question", "is"]),
        ]
    }


def _question(kind: Kind) -> Schema:
    option = _object(
        {"value": {"type": "string", "pattern": f"^{VALUE_PATTERN}$"}, "label": _texts("option")},
        ["value", "label"],
    )
    shapes: Schema = {
        "key": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
        "type": {"const": kind.name},
        "label": _texts("label"),
        "text": _texts("text"),
        "help": _texts("help"),
        "placeholder": _texts("placeholder"),
        "required": _FLAG,
        "blind": _FLAG,
        "personal": _FLAG,
        "statistics": _FLAG,
        "condition": {"$ref": "#/$defs/condition"},
        "display": {"enum": list(kind.displays)},
        "options": _list(option, MAX_OPTIONS),
        **{name: _setting(setting) for name, setting in kind.settings.items()},
    }
    required = ["key", "type", "label" if kind.asks else "text", *(["options"] if kind.has_options else [])]
    return {
        "description": str(kind.title),
        **_object({name: shapes[name] for name in question_fields(kind)}, required),
    }


def _setting(setting: Setting) -> Schema:
    if setting.shape == "flag":
        return _FLAG
    if setting.shape == "day":
        return {"type": "string", "format": "date"}
    kind = "integer" if setting.shape == "count" else "number"
    return {"type": kind, "minimum": setting.least, "maximum": setting.most}
