"""Reading what comes in: JSON bodies, HTML forms and query strings, all checked by the same models."""

import json
import sys
import types
from collections.abc import Callable
from typing import Any, TypeVar, Union, get_args, get_origin

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from app.utils.errors import Invalid, TooLarge, Unsupported
from app.utils.i18n import _
from app.utils.schemas import Input

Read = TypeVar("Read", bound=BaseModel)
MAX_DEPTH = 20
# Nobody sends more by hand; whoever sends more makes work.
MAX_FIELDS = 2_000
MOST_ERRORS = 100


def read_body() -> bytes:
    """The body of this request. Raises `RequestEntityTooLarge`.

    A body that comes in chunks does not say how long it is, and werkzeug cuts it off at the limit without a word.
    """
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) >= (request.max_content_length or sys.maxsize):
        raise RequestEntityTooLarge
    return raw


def read_json(model: type[Read], raw: bytes) -> Read:
    """The body `raw` as `model`.

    Raises `Unsupported` for another content type or an encoded body, `Invalid` for anything but one JSON object that
    fits the model: all problems at once, by field.
    """
    if not request.is_json:
        raise Unsupported(_("Send JSON, with the header Content-Type: application/json."))
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Unsupported(_("Send the body as it is, without Content-Encoding."))
    _check_json(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as problem:
        raise _invalid(model, problem) from None


def read_form(model: type[Read], form: "MultiDict[str, str]") -> Read:
    """An HTML form as `model`: lists by `getlist`, an empty control of an optional field as None. Raises `Invalid`."""
    if len(form) > MAX_FIELDS:
        raise TooLarge(_("These are more fields than any form of ours has."))
    try:
        return model.model_validate(form_data(model, form))
    except ValidationError as problem:
        raise _invalid(model, problem) from None


def read_query(model: type[Read]) -> Read:
    """The query string as `model`; `lang` is everybody's and left out. Raises `Invalid`."""
    arguments = request.args.copy()
    arguments.poplist("lang")
    return read_form(model, arguments)


def form_data(model: type[BaseModel], form: "MultiDict[str, str]") -> dict[str, Any]:
    """The values of `form` shaped for `model`, the CSRF token left out."""
    data: dict[str, Any] = {}
    for name in form:
        # A part of a multipart form may come without a name.
        if name is None or name == "csrf_token":
            continue
        field = model.model_fields.get(name)
        values = form.getlist(name)
        if field is not None and _takes_list(field.annotation):
            data[name] = [value for value in values if value != ""]
        elif values[-1] == "" and field is not None and _takes_none(field.annotation):
            data[name] = None
        elif (
            values[-1] == "" and field is not None and not field.is_required() and field.annotation is not str
        ):
            continue
        else:
            data[name] = values[-1]
    return data


def _check_json(raw: bytes) -> None:
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except _DuplicateKey as problem:
        raise Invalid(_("The key %(key)s stands twice in the same object.", key=str(problem))) from None
    except (ValueError, RecursionError):
        raise Invalid(_("This is not JSON that we can read. Check it with any JSON checker.")) from None
    if not isinstance(value, dict):
        raise Invalid(_("Send one JSON object, in curly brackets."))
    if _depth(value) > MAX_DEPTH:
        raise Invalid(_("This JSON is nested deeper than %(depth)s levels.", depth=MAX_DEPTH))


class _DuplicateKey(Exception):
    pass


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _DuplicateKey(next(name for name, _value in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _depth(value: Any) -> int:
    deepest, layer = 0, [value]
    while layer:
        deepest += 1
        layer = [
            item
            for outer in layer
            for item in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(item, dict | list)
        ]
    return deepest


def _takes_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_takes_list(part) for part in get_args(annotation))
    return annotation is list or get_origin(annotation) is list


def _takes_none(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _invalid(model: type[BaseModel], problem: ValidationError) -> Invalid:
    errors: dict[str, list[str]] = {}
    for error in problem.errors(include_url=False, include_context=True)[:MOST_ERRORS]:
        name = ".".join(str(part) for part in error["loc"]) or "body"
        errors.setdefault(name, []).append(_sentence(model, name, error))
    return Invalid(_("Some of it needs another look."), errors=errors)


def _sentence(model: type[BaseModel], name: str, error: ErrorDetails) -> str:
    """What a person reads instead of the checker's own words."""
    context: dict[str, Any] = error.get("ctx") or {}
    empty = error["type"] == "missing" or error.get("input") in ("", None)
    if empty and issubclass(model, Input) and name in model.sentences:
        return str(model.sentences[name])
    sentences: dict[str, Callable[[], str]] = {
        "missing": lambda: _("We need this."),
        "extra_forbidden": lambda: _("We do not know this field. Leave it out."),
        "string_type": lambda: _("This must be a text."),
        "string_too_short": lambda: (
            _("We need this.") if empty else _("At least %(n)s characters, please.", n=context["min_length"])
        ),
        "string_too_long": lambda: _("At most %(n)s characters, please.", n=context["max_length"]),
        "too_long": lambda: _("At most %(n)s of them, please.", n=context["max_length"]),
        "too_short": lambda: _("At least %(n)s of them, please.", n=context["min_length"]),
        "int_parsing": lambda: _("This must be a whole number."),
        "int_type": lambda: _("This must be a whole number."),
        "int_from_float": lambda: _("This must be a whole number."),
        "bool_parsing": lambda: _("This must be true or false."),
        "bool_type": lambda: _("This must be true or false."),
        "enum": lambda: _("Choose one of: %(choices)s.", choices=context["expected"]),
        "literal_error": lambda: _("Choose one of: %(choices)s.", choices=context["expected"]),
        "greater_than_equal": lambda: _("This must be %(n)s or more.", n=context["ge"]),
        "less_than_equal": lambda: _("This must be %(n)s or less.", n=context["le"]),
        "value_error": lambda: str(context["error"]),
        "list_type": lambda: _("This must be a list."),
        "dict_type": lambda: _("This must be an object."),
        "string_pattern_mismatch": lambda: _(
            "Use small letters, digits and hyphens only, beginning with a letter."
        ),
    }
    if error["type"] in sentences:
        return sentences[error["type"]]()
    if error["type"].startswith(("date", "time")):
        return _("Write a date like 2027-03-05, and a moment like 2027-03-05T23:59.")
    return _("This is not in a form that we can read.")
