"""The doors: who is there, what was sent, one transaction, and what goes back.

`@endpoint` makes a JSON view, `@page` an HTML one. Both read the body before a database connection is taken, find the
person, call the view, and commit when the answer is below 400; anything else is rolled back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, flash, g, make_response, redirect, render_template, request
from pydantic import BaseModel, TypeAdapter
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app.utils.database import db
from app.utils.errors import Conflict, Invalid, Problem, Stale, TooMany, Unauthenticated
from app.utils.i18n import _
from app.utils.pagination import Page
from app.utils.wire import read_body, read_form, read_json, read_query

if TYPE_CHECKING:
    from app.users.models import User

__all__ = ["Spec", "current_user", "endpoint", "find_current_user", "flash", "page", "redirect"]

View = Callable[..., Any]

SHOWN_AGAIN = (Invalid.status, Conflict.status, Stale.status, TooMany.status)


@dataclass(frozen=True)
class Spec:
    """What a JSON view takes and gives; the OpenAPI document is made from it."""

    body: type[BaseModel] | None
    query: type[BaseModel] | None
    returns: type[BaseModel] | None
    status: int
    raises: tuple[type[Problem], ...]
    public: bool
    many: bool
    media: str | None


def endpoint(
    *,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    returns: type[BaseModel] | None = None,
    status: int = 200,
    raises: Sequence[type[Problem]] = (),
    public: bool = False,
    many: bool = False,
    media: str | None = None,
) -> Callable[[View], View]:
    """A JSON view. It gets the URL's arguments, and `body` and `query` as checked models.

    It returns an object that `returns` can read (a `Page` or a sequence of them with `many`), None for 204, or a whole
    Response; then `media` says what kind of content that is. Without `public` a caller without a good token gets 401.
    """
    spec = Spec(body, query, returns, status, tuple(raises), public, many, media)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**arguments: Any) -> BaseResponse:
            raw = read_body() if body else b""
            if not public:
                current_user()
            if body:
                arguments["body"] = read_json(body, raw)
            if query:
                arguments["query"] = read_query(query)
            return _finish(_json_response(spec, view(**arguments)))

        answer.spec = spec  # type: ignore[attr-defined]
        return answer

    return decorate


def page(
    template: str | None = None,
    *,
    form: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    public: bool = False,
    retry: View | None = None,
) -> Callable[[View], View]:
    """An HTML view. It returns the template's context, or a Response (a redirect after a change).

    With `retry`, the page view that shows the form, a refused form is rolled back and shown again with what was typed
    (`values`), the sentences beside the fields (`errors`) and the problem's own sentence (`problem`); so is, on a public
    page, one that does not say who somebody is. Without `public` a stranger is sent to sign in.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**arguments: Any) -> BaseResponse:
            typed = request.form
            if public:
                # Their language is that of their profile.
                find_current_user()
            else:
                current_user()
            try:
                given = dict(arguments)
                if form:
                    given["form"] = read_form(form, typed)
                if query:
                    given["query"] = read_query(query)
                result = view(**given)
            except Problem as problem:
                if retry is None or not (problem.status in SHOWN_AGAIN or (public and problem.status == 401)):
                    raise
                db.session.rollback()
                return _show_again(retry, arguments, problem, typed)
            return _finish(_html_response(template, result))

        answer.view, answer.template, answer.query = view, template, query  # type: ignore[attr-defined]
        answer.form = form  # type: ignore[attr-defined]
        return answer

    return decorate


def find_current_user() -> "User | None":
    """The person at the door, or None for a stranger."""
    if "user" not in g:
        g.user = None
        g.user = current_app.extensions["identify"]()
    return g.user  # type: ignore[no-any-return]


def current_user() -> "User":
    """The person at the door. Raises `Unauthenticated` for a stranger."""
    user = find_current_user()
    if user is None:
        raise Unauthenticated(_("Please sign in first."))
    return user


def _finish(response: BaseResponse) -> BaseResponse:
    if response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def _json_response(spec: Spec, result: Any) -> BaseResponse:
    if isinstance(result, BaseResponse):
        return result
    if spec.returns is None or result is None:
        return Response(status=204)
    if isinstance(result, Page):
        data = _to_json(list[spec.returns], result.items)  # type: ignore[name-defined]
        following = f"{result.next}" if result.next else "null"
        body = b'{"data":' + data + f',"page":{{"next":{following},"total":{result.total}}}}}'.encode()
    elif spec.many:
        items = list(result)
        data = _to_json(list[spec.returns], items)  # type: ignore[name-defined]
        body = b'{"data":' + data + f',"page":{{"next":null,"total":{len(items)}}}}}'.encode()
    else:
        body = _to_json(spec.returns, result)
    response = Response(body, status=spec.status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _to_json(shape: Any, value: Any) -> bytes:
    adapter = _adapters.get(shape)
    if adapter is None:
        adapter = _adapters[shape] = TypeAdapter(shape)
    return adapter.dump_json(adapter.validate_python(value, from_attributes=True))


def _html_response(template: str | None, result: Any) -> BaseResponse:
    if isinstance(result, BaseResponse):
        return result
    if template is None:
        raise RuntimeError("A page without a template must answer with a Response.")
    context = {"errors": {}, "values": MultiDict(), "problem": None, **result}
    return make_response(render_template(template, **context))


def _show_again(
    retry: View, arguments: dict[str, Any], problem: Problem, typed: "MultiDict[str, str]"
) -> BaseResponse:
    shown = dict(arguments)
    query = retry.query  # type: ignore[attr-defined]
    if query:
        shown["query"] = query()
    result = retry.view(**shown)  # type: ignore[attr-defined]
    if isinstance(result, BaseResponse):
        raise problem
    context = {**result, "errors": problem.errors, "values": typed, "problem": problem}
    response = make_response(render_template(retry.template, **context), problem.status)  # type: ignore[attr-defined]
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    db.session.rollback()
    return response
