"""The OpenAPI 3.1 document, made from the route table and the models that the views name."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.utils.errors import Forbidden, Invalid, NotFound, Problem, TooLarge, Unauthenticated, Unsupported
from app.utils.http import Spec

VERSION = "1"
REFS = "#/components/schemas/{model}"
INTRODUCTION = """\
Everything that Marula's pages do, a program can do here.

**Signing in.** `POST /user` registers and `POST /authenticate` signs in; both answer a token. Send it in the
`Authorization` header of every other request, bare or after `Bearer `. It is good for 14 days, until it is revoked.

**What you send** is one JSON object with the fields described, and no others. `PATCH` changes only what is sent.
**Lists** answer `{"data": […], "page": {"next": …, "total": …}}`; ask for `?page=2` while `next` is not null.
**Refusals** are problem details (RFC 9457): a stable `type`, a sentence in `detail` that says what to do, and in
`errors` each field with its message. Moments are RFC 3339 in UTC; dates are `YYYY-MM-DD`; money is in minor units.
"""
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/address-taken"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {"type": "string"},
    },
}
PAGING: dict[str, Any] = {
    "type": "object",
    "required": ["next", "total"],
    "properties": {"next": {"type": ["integer", "null"]}, "total": {"type": "integer"}},
}


def make_document(routes: Iterable[tuple[str, str, Any]]) -> dict[str, Any]:
    """The document for these rows of method, path and view; a view without a `spec` (a download) is left out."""
    described = [(method, path, view, view.spec) for method, path, view in routes if hasattr(view, "spec")]
    references, schemas = _make_schemas([spec for _method, _path, _view, spec in described])
    paths: dict[str, dict[str, Any]] = {}
    for method, path, view, spec in described:
        operation = _Operation(path, view, spec, references)
        paths.setdefault(_plain_path(path), {})[method.lower()] = operation.describe()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Marula", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM, "Paging": PAGING},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _make_schemas(specs: Iterable[Spec]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for spec in specs:
        if spec.body:
            wanted[(spec.body, "validation")] = None
        if spec.returns:
            wanted[(spec.returns, "serialization")] = None
    references, definitions = models_json_schema(list(wanted), ref_template=REFS)
    return references, definitions.get("$defs", {})


class _Operation:
    """One route as OpenAPI says it."""

    def __init__(self, path: str, view: Any, spec: Spec, references: dict[Any, Any]) -> None:
        self.path, self.view, self.spec, self.references = path, view, spec, references

    def describe(self) -> dict[str, Any]:
        package = self.view.__module__.removeprefix("app.").split(".")[0]
        summary, _blank, description = (self.view.__doc__ or "").strip().partition("\n\n")
        operation: dict[str, Any] = {
            "operationId": f"{package}_{self.view.__name__}",
            "tags": [package.replace("_", " ")],
            "summary": summary,
            "parameters": [*self._path_parameters(), *self._query_parameters()],
            "responses": {str(self._status()): self._success(), **self._refusals()},
        }
        if description:
            operation["description"] = re.sub(r"\s+", " ", description)
        if self.spec.public:
            operation["security"] = []
        if self.spec.body:
            schema = self.references[(self.spec.body, "validation")]
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        return operation

    def _status(self) -> int:
        return self.spec.status if self.spec.returns or self.spec.media else 204

    def _success(self) -> dict[str, Any]:
        if self.spec.media:
            return {"description": "Done", "content": {self.spec.media: {}}}
        if not self.spec.returns:
            return {"description": "Done; nothing to say"}
        schema = self.references[(self.spec.returns, "serialization")]
        if self.spec.many:
            rows = {"type": "array", "items": schema}
            schema = {
                "type": "object",
                "required": ["data", "page"],
                "properties": {"data": rows, "page": {"$ref": "#/components/schemas/Paging"}},
            }
        return {"description": "Done", "content": {"application/json": {"schema": schema}}}

    def _refusals(self) -> dict[str, Any]:
        possible: list[type[Problem]] = [*self.spec.raises]
        if self.spec.body or self.spec.query:
            possible.append(Invalid)
        if self.spec.body:
            possible += [TooLarge, Unsupported]
        if not self.spec.public:
            possible.append(Unauthenticated)
        if "<" in self.path:
            possible += [NotFound] if self.spec.public else [Forbidden, NotFound]
        by_status: dict[int, list[str]] = {}
        for problem in dict.fromkeys(possible):
            by_status.setdefault(problem.status, []).append(problem.code)
        schema = {"$ref": "#/components/schemas/Problem"}
        return {
            str(status): {
                "description": ", ".join(f"`{code}`" for code in codes),
                "content": {"application/problem+json": {"schema": schema}},
            }
            for status, codes in sorted(by_status.items())
        }

    def _path_parameters(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "integer" if kind == "int:" else "string"},
            }
            for kind, name in re.findall(r"<(int:|string:)?(\w+)>", self.path)
        ]

    def _query_parameters(self) -> list[dict[str, Any]]:
        if not self.spec.query:
            return []
        schema = self.spec.query.model_json_schema(ref_template=REFS)
        shared = schema.get("$defs", {})
        required = schema.get("required", ())
        return [
            {"name": name, "in": "query", "required": name in required, "schema": _inlined(shape, shared)}
            for name, shape in schema.get("properties", {}).items()
        ]


def _plain_path(path: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def _inlined(shape: Any, shared: dict[str, Any]) -> Any:
    """The schema with its references to `shared` written out: parameters stand alone."""
    if isinstance(shape, dict):
        reference = shape.get("$ref")
        if reference:
            return _inlined(shared[reference.rpartition("/")[2]], shared)
        return {key: _inlined(value, shared) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_inlined(item, shared) for item in shape]
    return shape
