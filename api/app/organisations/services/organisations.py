"""Making an organisation, and saying what it is called and how it looks."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.audit import services as audit
from app.organisations.models import Member, MemberRole, Organisation
from app.organisations.policies import can_create, can_manage, is_member
from app.organisations.queries import forget_roles
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.pagination import Page, paginate
from app.utils.time import now


class KeyTaken(Conflict):
    """Another organisation or event has this key."""

    code = "key-taken"
    title = lazy_gettext("This address is taken")


def get_organisation(actor: User | None, key: str) -> Organisation:
    """The organisation called `key`, to one of its members. Raises `NotFound` to everybody else."""
    organisation = get_public(key)
    require(is_member(actor, organisation), visible=False)
    return organisation


def get_public(key: str) -> Organisation:
    """The organisation called `key`, for what everybody may know: name, colour, privacy policy. Raises `NotFound`."""
    organisation = db.session.scalar(select(Organisation).filter_by(key=key))
    if organisation is None:
        raise NotFound(_("There is nothing here, or it is not shared with you."))
    return organisation


def list_mine(actor: User, *, page: int = 1, per_page: int = 50) -> Page[Any]:
    """The organisations in which the person works, each with their role: `key name colour mark role`."""
    columns: Any = (Organisation.key, Organisation.name, Organisation.colour, Organisation.mark, Member.role)
    statement = (
        select(*columns)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.user_id == actor.id)
        .order_by(Organisation.name, Organisation.id)
    )
    return paginate(statement, number=page, per_page=per_page, rows=True)


def create(actor: User, *, key: str, **values: Any) -> Organisation:
    """Make an organisation, whose first owner is who makes it. Raises `Forbidden`, `KeyTaken`."""
    require(can_create(actor))
    organisation = Organisation(key=key, **values)
    with unique_or(_key_taken()):
        db.session.add(organisation)
    member = Member(
        organisation_id=organisation.id, user_id=actor.id, role=MemberRole.OWNER, created_at=now()
    )
    db.session.add(member)
    db.session.flush()
    forget_roles()
    audit.record(actor, "organisation.created", organisation, organisation_id=organisation.id)
    return organisation


def edit(actor: User, organisation: Organisation, changes: Mapping[str, Any]) -> Organisation:
    """Change the fields named in `changes`; a changed privacy policy becomes a new version.

    Raises `Forbidden`, `KeyTaken`.
    """
    require(can_manage(actor, organisation))
    changed = [name for name, value in changes.items() if getattr(organisation, name) != value]
    if not changed:
        return organisation
    with unique_or(_key_taken()):
        for name in changed:
            setattr(organisation, name, changes[name])
        if "privacy_policy" in changed:
            organisation.privacy_version += 1
    audit.record(actor, "organisation.changed", organisation, organisation_id=organisation.id, fields=changed)
    return organisation


def list_history(actor: User, organisation: Organisation, *, page: int = 1, per_page: int = 50) -> Page[Any]:
    """Who changed what in the organisation and its events, newest first."""
    require(can_manage(actor, organisation))
    return audit.list_lines(organisation_id=organisation.id, page=page, per_page=per_page)


def _key_taken() -> KeyTaken:
    sentence = _("Another one has this key. Choose a different one.")
    return KeyTaken(sentence, errors={"key": [sentence]})
