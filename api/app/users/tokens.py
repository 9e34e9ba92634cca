"""The token of the API: a JWT that says who, of which only `id` and `jti` are ever believed."""

import secrets
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OctKey

from app.users.models import User
from app.utils.time import now

# A short key is a warning to the library and a refusal to `config`, which knows where it matters.
warnings.filterwarnings("ignore", category=SecurityWarning)

LIFETIME = timedelta(days=14)
ALGORITHM = "HS256"
LONGEST = 4096  # characters: ours have about 300


@dataclass(frozen=True)
class Claims:
    """What is believed of a token."""

    user_id: int
    jti: str


def new_secret() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """How secrets are kept and looked up; they are random, so a plain SHA-256 does."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def make_token(user: User, jti: str, at: datetime) -> str:
    """The signed token: HS256 over `id`, `email`, `is_admin`, `iat`, `exp` (14 days), `jti`."""
    claims = {
        "id": user.id,
        "email": user.email,
        "is_admin": user.is_admin,
        "iat": int(at.timestamp()),
        "exp": int((at + LIFETIME).timestamp()),
        "jti": jti,
    }
    return jwt.encode(
        {"alg": ALGORITHM, "typ": "JWT"}, claims, _key(current_app.config["SECRET_KEY"]), [ALGORITHM]
    )


def read_token(token: str) -> Claims | None:
    """The believed claims of a good token, or None: wrong shape, algorithm, key or signature, or out of date."""
    if len(token) > LONGEST or not token.isascii():
        return None
    for secret in (current_app.config["SECRET_KEY"], *current_app.config.get("SECRET_KEY_FALLBACKS", ())):
        claims = _decode(token, secret)
        if claims is not None:
            return _believe(claims)
    return None


@lru_cache(maxsize=1024)
def _decode(token: str, secret: str) -> Any:
    """The claims of a token signed with `secret`, else None. A client sends the same one again and again.

    Whether it has expired or was revoked is asked each time.
    """
    try:
        return jwt.decode(token, _key(secret), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _believe(claims: Any) -> Claims | None:
    if not isinstance(claims, dict):
        return None
    user_id, jti, expires = claims.get("id"), claims.get("jti"), claims.get("exp")
    if type(user_id) is not int or type(expires) is not int or not isinstance(jti, str):
        return None
    if not 0 < user_id < 2**31 or expires <= now().timestamp():
        return None
    return Claims(user_id, jti)


@lru_cache(maxsize=8)
def _key(secret: str) -> OctKey:
    """The UTF-8 bytes of the secret itself, as the brief says; `config` sees to it that it is long where it matters."""
    return OctKey.import_key(secret.encode())
