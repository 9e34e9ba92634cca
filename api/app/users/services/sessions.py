"""Sessions: one row for each token and each signed-in browser."""

from datetime import timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import contains_eager, load_only

from app.audit.services import record
from app.users.models import SessionKind, User, UserSession
from app.users.tokens import LIFETIME, hash_secret, make_token, new_secret, read_token
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _
from app.utils.pagination import Page, paginate
from app.utils.time import now

SEEN_EVERY = timedelta(hours=1)
KEPT = timedelta(days=30)


def open_token(user: User, *, user_agent: str = "", address: str = "") -> str:
    """A new token for the API, good for 14 days or until revoked."""
    secret = new_secret()
    session = _open(user, SessionKind.TOKEN, secret, user_agent, address)
    return make_token(user, secret, session.created_at)


def open_cookie(user: User, *, user_agent: str = "", address: str = "") -> str:
    """The secret of a new browser session, for its cookie."""
    secret = new_secret()
    _open(user, SessionKind.COOKIE, secret, user_agent, address)
    return secret


def find_by_token(token: str) -> UserSession | None:
    """The running session of an API token, with its user, in one query."""
    claims = read_token(token)
    if claims is None:
        return None
    session = _find(SessionKind.TOKEN, claims.jti)
    return session if session and session.user_id == claims.user_id else None


def find_by_cookie(secret: str) -> UserSession | None:
    """The running session of a browser, with its user, in one query."""
    return _find(SessionKind.COOKIE, secret)


def list_running(user: User, *, page: int = 1, per_page: int = 50) -> Page[UserSession]:
    """Where the person is signed in now, the latest seen first."""
    return paginate(
        select(UserSession)
        .where(
            UserSession.user_id == user.id, UserSession.revoked_at.is_(None), UserSession.expires_at > now()
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc()),
        number=page,
        per_page=per_page,
    )


def revoke_one(user: User, session_id: int) -> None:
    """End one of the person's sessions. Raises `NotFound` for another's, or one that has ended."""
    session = db.session.scalar(
        select(UserSession).where(
            UserSession.id == session_id,
            UserSession.user_id == user.id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now(),
        )
    )
    if session is None:
        raise NotFound(_("You are not signed in there any more."))
    revoke(session)
    record(user, "session.revoked", session)


def remove_old() -> None:
    """Forget sessions that ended over thirty days ago."""
    edge = now() - KEPT
    db.session.execute(
        delete(UserSession).where(or_(UserSession.expires_at < edge, UserSession.revoked_at < edge))
    )


def revoke_all(user: User, *, but: UserSession | None = None) -> None:
    """End the person's sessions, `but` one."""
    statement = update(UserSession).where(UserSession.user_id == user.id, UserSession.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but.id)
    db.session.execute(statement.values(revoked_at=now()))


def revoke(session: UserSession) -> None:
    """End one session; it is refused from the next request on."""
    session.revoked_at = now()


def _open(user: User, kind: SessionKind, secret: str, user_agent: str, address: str) -> UserSession:
    at = now()
    session = UserSession(
        user_id=user.id,
        kind=kind,
        secret_hash=hash_secret(secret),
        created_at=at,
        expires_at=at + LIFETIME,
        last_seen_at=at,
        user_agent=user_agent[:300],
        address=address[:64],
    )
    db.session.add(session)
    db.session.flush()
    return session


# Every request asks this, so the statement is made once, and reads of the session only what requests look at.
_RUNNING = (
    select(UserSession)
    .join(UserSession.user)
    .options(contains_eager(UserSession.user), load_only(UserSession.user_id, UserSession.last_seen_at))
    .where(
        UserSession.secret_hash == bindparam("secret_hash"),
        UserSession.kind == bindparam("kind"),
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > bindparam("at"),
        User.erased_at.is_(None),
    )
)


def _find(kind: SessionKind, secret: str) -> UserSession | None:
    at = now()
    session = db.session.scalar(_RUNNING, {"secret_hash": hash_secret(secret), "kind": kind, "at": at})
    if session is not None and at - session.last_seen_at > SEEN_EVERY:
        db.session.execute(update(UserSession).where(UserSession.id == session.id).values(last_seen_at=at))
    return session
