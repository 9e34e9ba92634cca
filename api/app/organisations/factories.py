"""Organisations and their members, for tests and for the demonstration. Factories flush; who calls them commits."""

from itertools import count
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from app.organisations.models import Member, MemberRole, Organisation
from app.organisations.queries import forget_roles
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.time import now

_numbers = count(1)


def make_organisation(**overrides: Any) -> Organisation:
    """An organisation with nobody in it."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "key": f"institute-{number}",
        "name": f"Institute {number}",
        "languages": ["en", "fr"],
        "contact_email": f"office@institute-{number}.example",
        "currency": "USD",
        "privacy_policy": {"en": "We keep what you send us until the event is over."},
    }
    organisation = Organisation(**{**values, **overrides})
    db.session.add(organisation)
    db.session.flush()
    return organisation


def make_member(
    organisation: Organisation, user: User | None = None, role: MemberRole = MemberRole.OWNER
) -> Member:
    """A membership of `user` (or of somebody new) with `role`."""
    user = user or make_user()
    member = Member(organisation_id=organisation.id, user_id=user.id, role=role, created_at=now())
    db.session.add(member)
    db.session.flush()
    set_committed_value(member, "user", user)
    set_committed_value(member, "organisation", organisation)
    forget_roles()
    return member
