"""Accounts: the JSON door."""

from typing import Any

from flask import request

from app.users.models import User
from app.users.schemas import CredentialsIn, TokenOut, UserOut
from app.users.services import accounts, sessions
from app.utils.http import current_user, endpoint
from app.utils.i18n import current_language


@endpoint(
    body=CredentialsIn,
    returns=TokenOut,
    status=201,
    public=True,
    raises=(accounts.AddressTaken, accounts.WeakPassword),
)
def create(body: CredentialsIn) -> dict[str, Any]:
    """Register"""
    user = accounts.register(email=body.email, password=body.password, language=current_language())
    return {"id": user.id, "token": sessions.open_token(user, **_from_where())}


@endpoint(returns=UserOut)
def show() -> User:
    """Your account"""
    return current_user()


@endpoint(body=CredentialsIn, returns=TokenOut, public=True, raises=(accounts.WrongCredentials,))
def authenticate(body: CredentialsIn) -> dict[str, Any]:
    """Sign in"""
    user = accounts.authenticate(email=body.email, password=body.password)
    return {"id": user.id, "token": sessions.open_token(user, **_from_where())}


def _from_where() -> dict[str, str]:
    return {"user_agent": request.user_agent.string, "address": request.remote_addr or ""}
