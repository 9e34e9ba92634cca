"""Erasing one's account: what is personal goes, a numbered tombstone stays so that counts remain right."""

from sqlalchemy import delete

from app.audit.services import record
from app.emails import services as emails
from app.users.models import Code, User, UserSession
from app.users.services import passwords
from app.users.signals import erasing_user, user_erased
from app.users.visitors import NOBODY, Visitor
from app.utils.database import db
from app.utils.time import now


def erase(user: User, password: str, visitor: Visitor = NOBODY) -> None:
    """Erase the account for good.

    Raises `passwords.WrongPassword`, `TooMany`, and whatever a receiver of `erasing_user` objects with.
    """
    passwords.confirm(user, password, visitor)
    erasing_user.send(user)
    former_email, former_key = user.email, user.email_key
    emails.erase_messages(user.id, former_email)
    _bury(user)
    record(None, "user.erased", user)
    user_erased.send(user, former_email=former_email, former_email_key=former_key)


def _bury(user: User) -> None:
    user.email, user.email_key = "", f"erased:{user.id}"
    user.email_verified_at = user.password_hash = user.password_changed_at = None
    user.title = user.given_name = user.family_name = user.affiliation = ""
    user.country = user.time_zone = user.privacy_version = user.privacy_accepted_at = None
    user.language, user.is_admin, user.erased_at = "en", False, now()
    db.session.flush()
    for model in (Code, UserSession):
        db.session.execute(delete(model).where(model.user_id == user.id))
