"""Selects that several services share, and the roles of a person, read once a request."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.organisations.models import Member, MemberRole, Organisation
from app.users.models import User
from app.utils.database import db

_MEMO = "roles"


def remembered_roles() -> dict[Any, Any]:
    """What is known in this request of who has which role, here and in the packages above."""
    memo: dict[Any, Any] = db.session.info.setdefault(_MEMO, {})
    return memo


def forget_roles() -> None:
    """To be called by whoever changes a role, so that the change acts at once."""
    db.session.info.pop(_MEMO, None)


def find_role(user_id: int, organisation_id: int) -> MemberRole | None:
    """The person's role in the organisation: one statement a request."""
    memo = remembered_roles()
    asked = ("organisation", user_id, organisation_id)
    if asked not in memo:
        memo[asked] = db.session.scalar(
            select(Member.role).where(Member.organisation_id == organisation_id, Member.user_id == user_id)
        )
    role: MemberRole | None = memo[asked]
    return role


def person_name() -> ColumnElement[str]:
    """The name of a `User` as lists show it: the address while there is none."""
    full = func.trim(func.concat(User.given_name, " ", User.family_name))
    return func.coalesce(func.nullif(full, ""), User.email)


def select_members(organisation: Organisation) -> Select[Any]:
    """The members with their people, owners first, then by name."""
    name = person_name().label("name")
    columns: Any = (Member.id, Member.user_id, name, User.email, Member.role, Member.created_at)
    return (
        select(*columns)
        .join(Member.user)
        .where(Member.organisation_id == organisation.id)
        .order_by(Member.role.desc(), func.lower(person_name()), Member.id)
    )
