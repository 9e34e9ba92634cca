"""What the history says of organisations, and what happens to memberships when an account is erased."""

from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from app.audit.sentences import add_sentences
from app.organisations.models import Member, MemberInvitation, MemberRole, Organisation
from app.organisations.queries import forget_roles
from app.organisations.services.members import LastOwner
from app.users.models import User
from app.users.signals import erasing_user, user_erased
from app.utils.database import db
from app.utils.i18n import _, lazy_gettext

add_sentences(
    {
        "organisation.created": lazy_gettext("created the organisation"),
        "organisation.changed": lazy_gettext("changed the organisation"),
        "member.invited": lazy_gettext("invited a member"),
        "member.joined": lazy_gettext("joined the organisation"),
        "member.role_changed": lazy_gettext("changed a member’s role"),
        "member.removed": lazy_gettext("removed a member"),
        "member_invitation.resent": lazy_gettext("sent a member’s invitation again"),
        "member_invitation.withdrawn": lazy_gettext("withdrew a member’s invitation"),
    },
    fields={
        "name": lazy_gettext("name"),
        "languages": lazy_gettext("languages"),
        "contact_email": lazy_gettext("contact address"),
        "website": lazy_gettext("website"),
        "currency": lazy_gettext("currency"),
        "colour": lazy_gettext("colour"),
        "mark": lazy_gettext("mark"),
        "privacy_policy": lazy_gettext("privacy policy"),
        "role": lazy_gettext("role"),
    },
)


@erasing_user.connect
def keep_an_owner(user: User, **_other: Any) -> None:
    """A last owner hands over first. The lock makes two owners who leave at once wait in line."""
    another = aliased(Member)
    owned = (
        select(Organisation)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.user_id == user.id, Member.role == MemberRole.OWNER)
        .order_by(Organisation.id)
        .with_for_update(of=Organisation)
    )
    for organisation in db.session.scalars(owned).all():
        others = exists().where(
            another.organisation_id == organisation.id,
            another.role == MemberRole.OWNER,
            another.user_id != user.id,
        )
        if not db.session.scalar(select(others)):
            raise LastOwner(
                _(
                    "You are the only owner of %(name)s. Make somebody else an owner first.",
                    name=organisation.name,
                )
            )


@user_erased.connect
def forget_member(user: User, *, former_email_key: str, **_other: Any) -> None:
    """Memberships end, and so do invitations to the address."""
    db.session.execute(delete(Member).where(Member.user_id == user.id))
    db.session.execute(delete(MemberInvitation).where(MemberInvitation.email_key == former_email_key))
    forget_roles()
