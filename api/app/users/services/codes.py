"""Mailed, single-use codes: one at a time for each person and purpose, of which we keep only the hash."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import contains_eager

from app.users.models import Code, CodePurpose, User
from app.users.tokens import hash_secret, new_secret
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.time import now

LIFETIMES = {
    CodePurpose.VERIFY: timedelta(days=7),
    CodePurpose.RESET: timedelta(hours=2),
    CodePurpose.CHANGE_ADDRESS: timedelta(days=1),
}
KEPT = timedelta(days=30)


class LinkExpired(NotFound):
    """The code is unknown, used, replaced by a newer one, or out of date: nobody is told which."""

    code = "link-expired"
    title = lazy_gettext("This link no longer works")


def make_code(user: User, purpose: CodePurpose, email: str) -> tuple[str, datetime]:
    """A new code for `email`, in place of any earlier one of this purpose, and until when it is good."""
    secret, at = new_secret(), now()
    expires = at + LIFETIMES[purpose]
    values = {
        "secret_hash": hash_secret(secret),
        "email": email,
        "created_at": at,
        "expires_at": expires,
        "used_at": None,
    }
    statement = insert(Code).values(user_id=user.id, purpose=purpose, **values)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=[Code.user_id, Code.purpose], set_=values)
    )
    return secret, expires


def find_code(purpose: CodePurpose, secret: str) -> Code | None:
    """The code with its person, used or not; None when it is unknown, out of date, or was for an earlier address."""
    code = db.session.scalar(
        select(Code)
        .join(Code.user)
        .options(contains_eager(Code.user))
        .where(
            Code.secret_hash == hash_secret(secret),
            Code.purpose == purpose,
            Code.expires_at > now(),
            User.erased_at.is_(None),
        )
    )
    if code is None or (purpose is not CodePurpose.CHANGE_ADDRESS and code.email != code.user.email):
        return None
    return code


def get_code(purpose: CodePurpose, secret: str) -> Code:
    """The code if it can still be used, with its person. Raises `LinkExpired`."""
    code = find_code(purpose, secret)
    if code is None or code.used_at is not None:
        raise LinkExpired(_("It was used already, replaced by a newer one, or too old. Ask for a new one."))
    return code


def use_code(code: Code) -> None:
    """Take the code; of two at once one gets it and the other `LinkExpired`."""
    taken = db.session.execute(
        update(Code)
        .where(Code.id == code.id, Code.secret_hash == code.secret_hash, Code.used_at.is_(None))
        .values(used_at=now())
        .returning(Code.id)
    )
    if taken.one_or_none() is None:
        raise LinkExpired(_("It was used already, replaced by a newer one, or too old. Ask for a new one."))


def drop_codes(user: User, *purposes: CodePurpose) -> None:
    """Make the person's codes of these purposes worthless."""
    db.session.execute(delete(Code).where(Code.user_id == user.id, Code.purpose.in_(purposes)))


def was_made_lately(user: User, purpose: CodePurpose, within: timedelta) -> bool:
    """Whether an unused code of this purpose is younger than `within`."""
    return (
        db.session.scalar(
            select(Code.id).where(
                Code.user_id == user.id,
                Code.purpose == purpose,
                Code.email == user.email,
                Code.used_at.is_(None),
                Code.created_at > now() - within,
            )
        )
        is not None
    )


def remove_old() -> None:
    """Forget codes that ran out over thirty days ago."""
    db.session.execute(delete(Code).where(Code.expires_at < now() - KEPT))
