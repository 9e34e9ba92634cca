"""A person's password: what a new one needs, asking for it again, changing it."""

from app.audit.services import record
from app.emails import services as emails
from app.users import throttling
from app.users.models import CodePurpose, User, UserSession
from app.users.passwords import find_faults, hash_password, is_right_password
from app.users.services import codes, sessions
from app.users.visitors import NOBODY, Visitor
from app.utils.database import db
from app.utils.errors import Invalid
from app.utils.i18n import _, lazy_gettext
from app.utils.links import public_link
from app.utils.time import now


class WeakPassword(Invalid):
    """The password would not protect the account."""

    code = "weak-password"
    title = lazy_gettext("The password is too weak")


class WrongPassword(Invalid):
    """Somebody who was asked for the account's password gave another one."""

    code = "wrong-password"
    title = lazy_gettext("That is not the account's password")


def check(password: str, email: str, field: str = "password") -> None:
    """Raise `WeakPassword`, its sentences under `field`, unless the password is good enough."""
    faults = find_faults(password, email)
    if faults:
        raise WeakPassword(faults[0], errors={field: faults})


def confirm(user: User, password: str, visitor: Visitor = NOBODY, field: str = "password") -> None:
    """Raise `WrongPassword`, its sentence under `field`, unless it is the person's own; `TooMany` after many tries."""
    throttling.check(throttling.SIGN_IN, user.email_key, visitor)
    if not is_right_password(user.password_hash, password):
        throttling.count_failure(throttling.SIGN_IN, user.email_key, visitor)
        sentence = _("This is not the account's password. Check it, or ask for a new one.")
        raise WrongPassword(sentence, errors={field: [sentence]})


def change(
    user: User, current: str, new: str, *, session: UserSession | None, visitor: Visitor = NOBODY
) -> None:
    """Set a new password, which ends every session but this one, and tell the person.

    Raises `WrongPassword` (field `current_password`), `WeakPassword` (field `new_password`), `TooMany`.
    """
    check(new, user.email, "new_password")
    confirm(user, current, visitor, "current_password")
    _set(user, new)
    sessions.revoke_all(user, but=session)
    record(user, "user.password_changed", user)
    _tell(user)


def replace(user: User, password: str, field: str = "password") -> None:
    """Set the password that a mailed link allows; every session and the earlier password end, and the person is told.

    Raises `WeakPassword`, its sentences under `field`.
    """
    check(password, user.email, field)
    _set(user, password)
    sessions.revoke_all(user)
    record(user, "user.password_reset", user)
    if user.is_verified:
        _tell(user)


def _set(user: User, password: str) -> None:
    user.password_hash, user.password_changed_at = hash_password(password), now()
    # The person's row is locked first: a sign-in under way is either over by now, and revoked, or finds the new hash.
    db.session.flush()
    codes.drop_codes(user, CodePurpose.RESET, CodePurpose.CHANGE_ADDRESS)


def _tell(user: User) -> None:
    emails.queue(
        "password_changed",
        to=user,
        language=user.language,
        name=user.full_name,
        when=now(),
        link=public_link("/forgotten-password"),
    )
