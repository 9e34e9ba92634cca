"""Compiled forms, kept by the fingerprint of their document: the same document always compiles to the same form."""

import hashlib
import json
from collections.abc import Mapping
from threading import Lock
from typing import Any

from sqlalchemy import select

from app.forms.engine import CompiledForm, compile_document
from app.forms.models import FormVersion
from app.utils.database import db

_KEPT = 256
_forms: dict[str, CompiledForm] = {}
_lock = Lock()


def fingerprint(document: Mapping[str, Any]) -> str:
    """A hash of the document, whatever the order of its fields."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def compiled(version: FormVersion) -> CompiledForm:
    """The compiled form of a version. Its document is read from the database only the first time in a process."""
    return compiled_by(version.id, version.fingerprint)


def compiled_by(version_id: int, mark: str) -> CompiledForm:
    """The same for whoever knows only the version's id and fingerprint."""
    form = _forms.get(mark)
    if form is None:
        document = db.session.scalar(select(FormVersion.document).where(FormVersion.id == version_id))
        if document is None:
            raise LookupError(f"form version {version_id}")
        form = compile_document(document)
        with _lock:
            while len(_forms) >= _KEPT:
                del _forms[next(iter(_forms))]
            _forms[mark] = form
    return form
