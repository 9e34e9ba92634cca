"""Headers, the origin check, the token against forgery, and keys derived from the one secret."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, Request, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response

from app.utils.errors import Forbidden, NotFound
from app.utils.i18n import _
from app.utils.origin import is_api

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
LARGEST_ID = 2**31 - 1
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class MaskedTokens(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's tokens, written anew for each page.

    Pages are compressed and may repeat what somebody put into their address; a token that stood there unchanged could be
    guessed from the sizes of many answers (BREACH).
    """

    def _get_csrf_token(self) -> str | None:
        return unmask(super()._get_csrf_token())


csrf = MaskedTokens()


def make_token() -> str:
    """The token that an unsafe request from this browser's pages must carry, as `csrf_token` or `X-CSRFToken`."""
    token = generate_csrf().encode()
    noise = os.urandom(len(token))
    return urlsafe_b64encode(noise + _mixed(noise, token)).decode()


def unmask(token: str | None) -> str | None:
    """What `make_token` hid; None when it was not `make_token` that wrote it."""
    try:
        raw = urlsafe_b64decode((token or "").encode())
        half = len(raw) // 2
        return _mixed(raw[:half], raw[half:]).decode("ascii")
    except ValueError:
        return None


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def derive_key(label: str, secret: str | None = None) -> bytes:
    """32 bytes for one use: HKDF-SHA256 of `SECRET_KEY` with `label` (RFC 5869), so that no two uses share a key."""
    return _derive(label, secret or current_app.config["SECRET_KEY"])


def signing_keys(app: Flask, label: str) -> list[bytes]:
    """The keys for one use as itsdangerous wants them: those of before, which are still read, then the one that signs."""
    secrets = (*reversed(app.config.get("SECRET_KEY_FALLBACKS") or ()), app.config["SECRET_KEY"])
    return [derive_key(label, secret) for secret in secrets]


@lru_cache(maxsize=64)
def _derive(label: str, secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(secret.encode())


class FormSessions(SecureCookieSessionInterface):
    """Flask's own cookie, which holds the token against forgery and the messages to show next, under a key of its own.

    Who is signed in does not stand in it (see `users.door`). The API has none.
    """

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookie; the keys of before are still read."""
        return URLSafeTimedSerializer(
            signing_keys(app, "form-session"),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The cookie's content; nothing for the API."""
        return (
            SecureCookieSession() if request.path.startswith("/api/") else super().open_session(app, request)
        )


def install(app: Flask) -> None:
    """Put the headers on every answer and the checks before every unsafe page request."""
    secure = app.config.get("SECURE_COOKIES", False)
    app.session_interface = FormSessions()
    app.config["SESSION_COOKIE_NAME"] = "__Host-form" if secure else "marula_form"
    app.config["SESSION_COOKIE_SECURE"] = secure
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["WTF_CSRF_SECRET_KEY"] = signing_keys(app, "csrf")
    app.before_request(_check_address)
    app.before_request(_check_origin)
    app.after_request(_add_headers)
    csrf.init_app(app)


def _check_address() -> None:
    """Nothing has a name or number that the database could not keep: asking it would be its error, not an answer."""
    for value in (request.view_args or {}).values():
        if (isinstance(value, str) and "\x00" in value) or (isinstance(value, int) and value > LARGEST_ID):
            raise NotFound(_("There is nothing at this address. A letter may be missing, or one too many."))


def _check_origin() -> None:
    """Unsafe page requests come from our own pages: `Sec-Fetch-Site`, or else `Origin`, must say so."""
    if request.method in SAFE_METHODS or is_api():
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        same = site == "same-origin"
    else:
        origin = request.headers.get("Origin")
        # Behind a proxy that is not named as trusted the scheme we see is not the browser's.
        same = origin is None or origin in (f"https://{request.host}", f"http://{request.host}")
    if not same:
        raise Forbidden(
            _("This came from another site, so we did not do it. Open our page and try again there.")
        )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # Mailed links hold secrets: no other site learns where its visitors come from. (With `no-referrer`, forms of older
    # browsers would come with `Origin: null`, and be refused.)
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
    if current_app.config["SECURE_COOKIES"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Unless somebody has decided otherwise, nobody but the reader keeps a copy.
    headers.setdefault("Cache-Control", "no-store")
    return response
