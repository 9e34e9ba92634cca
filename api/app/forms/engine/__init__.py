"""The form engine: pure functions over form documents and answers; no database, no Flask.

`check_document` → `compile_document` → `check`, `check_changes`, `from_form`, `visible`, `display`, `columns`.
"""

from app.forms.engine.answers import (
    Errors,
    Progress,
    Result,
    check,
    check_changes,
    from_form,
    known,
    outside_answers,
    summary_label,
    visible,
)
from app.forms.engine.arrange import arrange
from app.forms.engine.changes import Change, Changed, Comparison, compare
from app.forms.engine.checking import Flaw
from app.forms.engine.compiled import compile_document
from app.forms.engine.coverage import Missing, missing_texts, walk_texts
from app.forms.engine.documents import check_document
from app.forms.engine.export import Column, columns, display, export_row, export_value
from app.forms.engine.kinds import KINDS
from app.forms.engine.model import CompiledForm, Condition, Question, Section
from app.forms.engine.reading import read_document
from app.forms.engine.schema import document_schema
from app.forms.engine.words import describe

__all__ = [
    "KINDS",
    "Change",
    "Changed",
    "Column",
    "Comparison",
    "CompiledForm",
    "Condition",
    "Errors",
    "Flaw",
    "Missing",
    "Progress",
    "Question",
    "Result",
    "Section",
    "arrange",
    "check",
    "check_changes",
    "check_document",
    "columns",
    "compare",
    "compile_document",
    "describe",
    "display",
    "document_schema",
    "export_row",
    "export_value",
    "from_form",
    "known",
    "missing_texts",
    "outside_answers",
    "read_document",
    "summary_label",
    "visible",
    "walk_texts",
]
