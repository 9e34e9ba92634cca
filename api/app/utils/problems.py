"""How a refusal looks: RFC 9457 problem details for the API, an error page for people."""

import json
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from app.utils.database import db
from app.utils.errors import Forbidden, NotFound, Problem, TooLarge, TooMany, Unauthenticated, Unavailable
from app.utils.i18n import _
from app.utils.origin import is_api

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Register the handlers for everything that may go wrong."""
    app.register_error_handler(Problem, _answer)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(PoolTimeout, _answer_busy)
    app.register_error_handler(OperationalError, _answer_busy)
    app.register_error_handler(Exception, _answer_unexpected)


def problem_body(problem: Problem) -> dict[str, Any]:
    """The problem details object of RFC 9457, with `errors` by field and the request's id."""
    return {
        **problem.extra,
        "type": f"/problems/{problem.code}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": problem.detail,
        "errors": [
            {"field": field, "message": sentence}
            for field, sentences in problem.errors.items()
            for sentence in sentences
        ],
        "request_id": g.get("request_id", ""),
    }


def _answer(problem: Problem) -> BaseResponse:
    db.session.rollback()
    if _wants_json():
        body = json.dumps(problem_body(problem), ensure_ascii=False)
        response: BaseResponse = Response(body, status=problem.status, mimetype="application/problem+json")
        if problem.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="Marula"'
    elif (
        isinstance(problem, Unauthenticated)
        and request.method == "GET"
        and not request.headers.get("HX-Request")
    ):
        here = request.full_path if request.query_string else request.path
        response = redirect(f"/sign-in?next={quote(here)}")
    else:
        response = Response(
            _error_page(problem.status, str(problem.title), problem.detail), status=problem.status
        )
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def _wants_json() -> bool:
    """The API answers in JSON, and so do pages to their own scripts, which ask for nothing else."""
    return is_api() or request.headers.get("Accept") == "application/json"


def _error_page(status: int, title: str, sentence: str) -> str:
    """The page; nobody is looked up for it when the database may be what broke."""
    known = {"viewer": None} if status >= 500 else {}
    return render_template("errors/error.html", status=status, title=title, sentence=sentence, **known)


class _Plain(Problem):
    """A refusal of the framework's own, in our shape."""

    def __init__(self, status: int, code: str, title: str, detail: str) -> None:
        self.__dict__.update(status=status, code=code, title=title)
        super().__init__(detail)


def _answer_http(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    if isinstance(error, RequestEntityTooLarge):
        return _answer(TooLarge(_("We take less than that in one request. Send it in smaller parts.")))
    if status == 404:
        return _answer(NotFound(_("Check the address: a letter may be missing, or the page has moved.")))
    code = error.name.lower().replace(" ", "-")
    sentences = {405: _("This address does not do that. Look it up in the API's description.")}
    detail = sentences.get(status) or _("We could not read this request. Please try again.")
    response = _answer(_Plain(status, code, error.name, detail))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _answer_csrf(_error: CSRFError) -> BaseResponse:
    return _answer(
        Forbidden(_("This page was open for a very long time. Go back, reload it and send it again."))
    )


def _answer_busy(error: Exception) -> BaseResponse:
    if isinstance(error, DBAPIError) and not (error.connection_invalidated or _is_passing(error)):
        return _answer_unexpected(error)
    log.warning("database_busy", error=type(error).__name__)
    response = _answer(Unavailable(_("Please try again in a few seconds; nothing was lost or half done.")))
    response.headers["Retry-After"] = "5"
    return response


def _is_passing(error: DBAPIError) -> bool:
    """Whether trying again may help: no connection (none of PostgreSQL's codes at all, or its classes 08 and 57 and
    53300), two transactions in each other's way (class 40), a lock that did not come free (55P03).
    """
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in ("08", "40", "57") or state in ("53300", "55P03")


def _answer_unexpected(error: Exception) -> BaseResponse:
    log.error("unexpected_error", error=type(error).__name__, path_rule=str(request.url_rule), exc_info=error)
    title = _("Something broke on our side")
    detail = _("It is not your fault, and we have a note of it. Please try again in a moment.")
    return _answer(_Plain(500, "internal", title, detail))
