"""Logs: one JSON object a line, tied together by the request's id, without personal data and without secrets."""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import nullcontext
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol, TextIO
from uuid import uuid4

import structlog
from flask import Flask, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.wrappers import Response

Event = MutableMapping[str, Any]

SECRET_NAMES = re.compile(r"(?i)password|secret|token|cookie|authorization|email|e_mail|api_?key|answers")
ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
TOKEN = re.compile(r"\beyJ[\w-]+(?:\.[\w-]+)*|\b[\w-]{40,}\b")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
REMOVED = "[removed]"
LIBRARY_STEPS = 4
QUIET = ("/healthz", "/readyz")
# What libraries say at each start and nobody can act on.
CHATTER = ("Context impl ", "Will assume transactional DDL", "Configuration allows spawning up to")

log = structlog.get_logger("marula")
# Where lines about requests are written as JSON without the detour through both logging libraries: 0.01 instead of
# 0.1 ms on each request. They hold nothing that would have to be taken out.
_requests: logging.StreamHandler[TextIO] | None = None


class LogSettings(Protocol):
    """The settings that this module reads."""

    @property
    def debug(self) -> bool: ...
    @property
    def log_level(self) -> str: ...


def configure(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send all logs, the libraries' too, to `stream` (standard error): as JSON, or with DEBUG on a terminal as text."""
    stream = stream or sys.stderr
    text = settings.debug and stream.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Exceptions(with_messages=settings.debug),
        redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    global _requests  # noqa: PLW0603
    handler = logging.StreamHandler(stream)
    _requests = None if text or settings.log_level not in {"DEBUG", "INFO"} else handler
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(lambda record: not record.getMessage().startswith(CHATTER))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def install(app: Flask) -> None:
    """Give each request an id and write one line about it. Call it before everything else that looks at requests."""
    app.before_request(_begin)
    app.after_request(_finish)


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Take out of a line what must not be kept: values under telling names, addresses, tokens."""
    for name, value in event.items():
        event[name] = _clean(name, value)
    return event


def _clean(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name) and value is not None and not isinstance(value, bool | int):
        return REMOVED
    if isinstance(value, str):
        return TOKEN.sub(REMOVED, ADDRESS.sub(REMOVED, value))
    if isinstance(value, Mapping):
        return {key: _clean(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", item) for item in value]
    return value


class _Exceptions:
    """Replaces an exception by its kind and where it came from.

    Messages of libraries quote what people sent (a database names the clashing value), so only DEBUG shows them.
    """

    def __init__(self, *, with_messages: bool) -> None:
        self.with_messages = with_messages

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        given = event.pop("exc_info", None)
        if given is True:
            given = sys.exc_info()
        error = given[1] if isinstance(given, tuple) else given
        if isinstance(error, BaseException):
            event["exception"] = [self._describe(one) for one in _chain(error)]
        return event

    def _describe(self, error: BaseException) -> dict[str, Any]:
        described: dict[str, Any] = {"type": type(error).__qualname__, "where": _where(error.__traceback__)}
        if state := getattr(error, "sqlstate", None):
            described["sqlstate"] = state
        if self.with_messages:
            described["message"] = str(error)
        return described


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _where(trace: TracebackType | None) -> list[str]:
    """The way to the fault: all of our own steps, and of the libraries' the last few."""
    frames = traceback.extract_tb(trace)
    last = len(frames) - LIBRARY_STEPS
    kept = [f for at, f in enumerate(frames) if at >= last or "site-packages" not in f.filename]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in kept[-20:]]


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    behind_proxy = request.environ.get("marula.trusted_proxy", False)
    g.request_id = given if behind_proxy and REQUEST_ID.fullmatch(given) else uuid4().hex
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    if request.path not in QUIET:
        _note_request(
            {
                "method": request.method,
                "route": request.url_rule.rule if request.url_rule else None,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - g.began) * 1000, 1),
            }
        )
    return response


def _note_request(facts: dict[str, Any]) -> None:
    if _requests is None:
        # To make a logger costs more than to see that nobody listens.
        if logging.getLogger().isEnabledFor(logging.INFO):
            log.info("request", **facts)
        return
    stamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"event": "request", **facts, "request_id": g.request_id, "level": "info", "timestamp": stamp}
    with _requests.lock or nullcontext():
        _requests.stream.write(json.dumps(line) + "\n")
        _requests.flush()
