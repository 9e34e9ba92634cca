"""Finding the person at the door, and letting them in and out.

The API carries a token in `Authorization`; the pages carry a session cookie. A second cookie remembers, signed, which
accounts were signed in to on this device, so that throttling never locks their owners out.
"""

import secrets
from urllib.parse import urlsplit

from flask import Request, current_app, g, request
from flask import session as browser
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from app.users.models import User, UserSession
from app.users.services import sessions
from app.users.throttling import mark
from app.users.tokens import LIFETIME
from app.users.visitors import Visitor
from app.utils.origin import is_api
from app.utils.security import signing_keys

DEVICE_LIFETIME = 365 * 24 * 3600  # seconds
ACCOUNTS_PER_DEVICE = 8


def identify() -> User | None:
    """The person behind this request, or None. Sets `g.session` too."""
    session = _find_session(request)
    g.session = session
    return session.user if session else None


def current_session() -> UserSession | None:
    """The session of this request."""
    session: UserSession | None = g.get("session")
    return session


def current_visitor() -> Visitor:
    """Where this request comes from, for the services that throttle."""
    device, accounts = _read_device()
    return Visitor(request.remote_addr or "", request.user_agent.string, device, frozenset(accounts))


def open_token(user: User) -> str:
    """A token for the API, for whoever is at the door."""
    return sessions.open_token(user, **_from_where())


def sign_in(response: Response, user: User) -> Response:
    """Sign this browser in as `user`, leaving any earlier session, and remember the device. Answers `response`."""
    earlier = current_session()
    if earlier is not None:
        sessions.revoke(earlier)
    # A token against forgery from before signing in is not good after it.
    browser.pop("csrf_token", None)
    secret = sessions.open_cookie(user, **_from_where())
    _set_cookie(response, session_cookie(), secret, int(LIFETIME.total_seconds()))
    remember_device(response, user)
    return response


def sign_out(response: Response) -> Response:
    """End this browser's session. Answers `response`."""
    session = current_session()
    if session is not None:
        sessions.revoke(session)
    browser.pop("csrf_token", None)
    _delete_cookie(response, session_cookie())
    return response


def remember_device(response: Response, user: User) -> Response:
    """Note in a signed cookie that `user` has signed in on this device. Answers `response`."""
    device, accounts = _read_device()
    own = mark(user.email_key)
    accounts = [own, *(account for account in accounts if account != own)][:ACCOUNTS_PER_DEVICE]
    signed = _device_signer().dumps([device or secrets.token_urlsafe(12), accounts])
    _set_cookie(response, _cookie("device"), str(signed), DEVICE_LIFETIME)
    return response


def forget(response: Response) -> Response:
    """Take everything from this browser that says who was here. Answers `response`."""
    browser.clear()
    _delete_cookie(response, session_cookie())
    _delete_cookie(response, _cookie("device"))
    return response


def session_cookie() -> str:
    """The cookie's name; browsers keep `__Host-` ones to this host and to https."""
    return _cookie("session")


def local_path(text: str | None, default: str = "/") -> str:
    """`text` if it is a path on this site, else `default`: a link may not send people elsewhere."""
    if not text or not text.startswith("/") or text[1:2] in ("/", "\\"):
        return default
    if any(ord(char) < 33 or char == "\\" for char in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text


def _find_session(asked: Request) -> UserSession | None:
    if is_api():
        token = asked.headers.get("Authorization", "").strip()
        scheme, _space, rest = token.partition(" ")
        if scheme.lower() == "bearer":
            token = rest.strip()
        return sessions.find_by_token(token) if token else None
    secret = asked.cookies.get(session_cookie())
    return sessions.find_by_cookie(secret) if secret else None


def _from_where() -> dict[str, str]:
    return {"user_agent": request.user_agent.string, "address": request.remote_addr or ""}


def _cookie(name: str) -> str:
    return f"__Host-{name}" if current_app.config["SECURE_COOKIES"] else f"marula_{name}"


def _set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    secure = current_app.config["SECURE_COOKIES"]
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def _delete_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, httponly=True, samesite="Lax", secure=current_app.config["SECURE_COOKIES"])


def _device_signer() -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys(current_app, "known-device"), salt="known-device")


def _read_device() -> tuple[str, list[str]]:
    """The device's id and the marks of its accounts, the latest first; nothing when the cookie is not of our making."""
    cookie = request.cookies.get(_cookie("device"))
    if not cookie:
        return "", []
    try:
        device, accounts = _device_signer().loads(cookie)
    except (BadData, ValueError, TypeError):
        return "", []
    return str(device), [str(account) for account in accounts]
