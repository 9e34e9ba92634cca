"""Finding the person at the door: the `Authorization` header of the API, the cookie of the pages."""

from flask import Request, Response, current_app, g, request

from app.users.models import User, UserSession
from app.users.services.sessions import find_by_cookie, find_by_token
from app.users.tokens import LIFETIME
from app.utils.http import is_api


def identify() -> User | None:
    """The person behind this request, or None. Sets `g.session` too."""
    session = _find_session(request)
    g.session = session
    return session.user if session else None


def current_session() -> UserSession | None:
    """The session of this request."""
    session: UserSession | None = g.get("session")
    return session


def session_cookie() -> str:
    """The cookie's name; browsers keep `__Host-` ones to this host and to https."""
    return "__Host-session" if current_app.config["SECURE_COOKIES"] else "marula_session"


def set_session_cookie(response: Response, secret: str) -> None:
    """Sign this browser in."""
    response.set_cookie(
        session_cookie(),
        secret,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SECURE_COOKIES"],
    )


def clear_session_cookie(response: Response) -> None:
    """Sign this browser out."""
    response.delete_cookie(
        session_cookie(), httponly=True, samesite="Lax", secure=current_app.config["SECURE_COOKIES"]
    )


def _find_session(asked: Request) -> UserSession | None:
    if is_api():
        token = asked.headers.get("Authorization", "").strip()
        scheme, _space, rest = token.partition(" ")
        if scheme.lower() == "bearer":
            token = rest.strip()
        return find_by_token(token) if token else None
    secret = asked.cookies.get(session_cookie())
    return find_by_cookie(secret) if secret else None
