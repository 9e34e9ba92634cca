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
    summary_label,
    visible,
)
from app.forms.engine.checking import Flaw
from app.forms.engine.compiled import compile_document
from app.forms.engine.coverage import Missing, missing_texts, walk_texts
from app.forms.engine.documents import check_document
from app.forms.engine.export import Column, columns, display, export_row, export_value
from app.forms.engine.kinds import KINDS
from app.forms.engine.model import CompiledForm, Question, Section

__all__ = [
    "KINDS",
    "Column",
    "CompiledForm",
    "Errors",
    "Flaw",
    "Missing",
    "Progress",
    "Question",
    "Result",
    "Section",
    "check",
    "check_changes",
    "check_document",
    "columns",
    "compile_document",
    "display",
    "export_row",
    "export_value",
    "from_form",
    "known",
    "missing_texts",
    "summary_label",
    "visible",
    "walk_texts",
]
