"""Headers, the origin check, and keys derived from the one secret."""

from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from app.utils.errors import Forbidden, NotFound
from app.utils.http import is_api
from app.utils.i18n import _

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
LARGEST_ID = 2**31 - 1
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

csrf = CSRFProtect()


def derive_key(label: str, secret: str | None = None) -> bytes:
    """32 bytes for one use: HKDF-SHA256 of `SECRET_KEY` with `label` (RFC 5869), so that no two uses share a key."""
    material = (secret or current_app.config["SECRET_KEY"]).encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(material)


def install(app: Flask) -> None:
    """Put the headers on every answer and the checks before every unsafe page request."""
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
        same = origin is None or urlsplit(origin).netloc == request.host
    if not same:
        raise Forbidden(
            _("This came from another site, so we did not do it. Open our page and try again there.")
        )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not is_api() and response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store")
    return response
