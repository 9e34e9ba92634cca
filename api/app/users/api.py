"""Accounts: the JSON door."""

from typing import Any

from app.users import door
from app.users.models import User, UserSession
from app.users.schemas import (
    AddressChangeIn,
    AddressIn,
    CredentialsIn,
    PasswordChangeIn,
    PasswordIn,
    ProfilePatch,
    SessionOut,
    TokenOut,
    UserOut,
    VerificationIn,
)
from app.users.services import accounts, addresses, erasure, passwords, resets, sessions, verification
from app.users.services.codes import LinkExpired
from app.utils.errors import NotFound, TooMany
from app.utils.http import current_user, endpoint, find_current_user
from app.utils.i18n import current_language
from app.utils.pagination import Page
from app.utils.schemas import Query


@endpoint(
    body=CredentialsIn,
    returns=TokenOut,
    status=201,
    public=True,
    raises=(accounts.AddressTaken, passwords.WeakPassword, TooMany),
)
def create(body: CredentialsIn) -> dict[str, Any]:
    """Register"""
    user = accounts.register(
        email=body.email,
        password=body.password,
        language=current_language(),
        visitor=door.current_visitor(),
    )
    return {"id": user.id, "token": door.open_token(user)}


@endpoint(returns=UserOut)
def show() -> User:
    """Your account"""
    return current_user()


@endpoint(body=ProfilePatch, returns=UserOut)
def update(body: ProfilePatch) -> User:
    """Change your profile"""
    accounts.update_profile(current_user(), body.model_dump(exclude_unset=True))
    return current_user()


@endpoint(body=CredentialsIn, returns=TokenOut, public=True, raises=(accounts.WrongCredentials, TooMany))
def authenticate(body: CredentialsIn) -> dict[str, Any]:
    """Sign in"""
    user = accounts.authenticate(email=body.email, password=body.password, visitor=door.current_visitor())
    return {"id": user.id, "token": door.open_token(user)}


@endpoint()
def sign_out() -> None:
    """Sign out: this token is refused from now on"""
    session = door.current_session()
    if session is not None:
        sessions.revoke(session)


@endpoint(raises=(verification.AlreadyVerified, TooMany))
def resend_verification() -> None:
    """Have the link that confirms your address mailed again"""
    verification.resend(current_user(), door.current_visitor())


@endpoint(
    body=VerificationIn,
    public=True,
    raises=(
        LinkExpired,
        verification.PasswordNeeded,
        passwords.WrongPassword,
        passwords.WeakPassword,
        TooMany,
    ),
)
def verify(secret: str, body: VerificationIn) -> None:
    """Confirm an address by the mailed code

    Send nothing more when signed in to the account. Otherwise send its `password`, or a `new_password`, which ends the
    earlier one and every session.
    """
    if body.new_password is not None:
        verification.verify_with_new_password(secret, body.new_password)
    elif body.password is not None:
        verification.verify_with_password(secret, body.password, door.current_visitor())
    else:
        verification.verify(find_current_user(), secret)


@endpoint(body=AddressIn, public=True, raises=(TooMany,))
def request_reset(body: AddressIn) -> None:
    """Forgotten password: have a link mailed

    The answer is the same whether or not the address has an account.
    """
    resets.request(body.email, door.current_visitor())


@endpoint(body=PasswordIn, public=True, raises=(LinkExpired, passwords.WeakPassword))
def reset(secret: str, body: PasswordIn) -> None:
    """Choose a new password by the mailed code

    Every session and the earlier password end.
    """
    resets.reset(secret, body.password, door.current_visitor())


@endpoint(body=PasswordChangeIn, raises=(passwords.WrongPassword, passwords.WeakPassword, TooMany))
def change_password(body: PasswordChangeIn) -> None:
    """Change your password; you are signed out everywhere else"""
    passwords.change(
        current_user(),
        body.current_password,
        body.new_password,
        session=door.current_session(),
        visitor=door.current_visitor(),
    )


@endpoint(
    body=AddressChangeIn,
    raises=(passwords.WrongPassword, addresses.SameAddress, accounts.AddressTaken, TooMany),
)
def request_address(body: AddressChangeIn) -> None:
    """Change your address: a link is mailed to the new one, and nothing changes before it is used"""
    addresses.request(current_user(), body.email, body.password, door.current_visitor())


@endpoint(raises=(LinkExpired, NotFound, accounts.AddressTaken))
def confirm_address(secret: str) -> None:
    """Take the new address by the mailed code"""
    addresses.confirm(current_user(), secret)


@endpoint(query=Query, returns=SessionOut, many=True)
def list_sessions(query: Query) -> Page[dict[str, Any]]:
    """Where you are signed in"""
    page = sessions.list_running(current_user(), page=query.page, per_page=query.per_page)
    here = door.current_session()
    items = [_show_session(session, is_current=session is here) for session in page.items]
    return Page(items, page.total, page.number, page.per_page)


@endpoint(raises=(NotFound,))
def revoke_session(session_id: int) -> None:
    """Sign out somewhere else"""
    sessions.revoke_one(current_user(), session_id)


@endpoint()
def revoke_other_sessions() -> None:
    """Sign out everywhere else"""
    sessions.revoke_all(current_user(), but=door.current_session())


@endpoint(body=PasswordIn, raises=(passwords.WrongPassword, TooMany))
def erase(body: PasswordIn) -> None:
    """Erase your account for good; the password is asked again"""
    erasure.erase(current_user(), body.password, door.current_visitor())


def _show_session(session: UserSession, *, is_current: bool) -> dict[str, Any]:
    shown = ("id", "kind", "user_agent", "address", "created_at", "last_seen_at", "expires_at")
    return {**{name: getattr(session, name) for name in shown}, "is_current": is_current}
