"""The tenant, its members, and the invitations to become one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.users.models import User
from app.utils.database import Identified, Model, Stamped, enum_type


class Organisation(Identified, Stamped, Model):
    """A tenant. `privacy_policy` is a text per language; `languages[0]` is its first language."""

    __tablename__ = "organisations"

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    languages: Mapped[list[Any]]
    contact_email: Mapped[str]
    website: Mapped[str] = mapped_column(default="")
    colour: Mapped[str | None]
    mark: Mapped[str | None]
    currency: Mapped[str] = mapped_column(default="USD")
    privacy_policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    privacy_version: Mapped[int] = mapped_column(default=1)


class MemberRole(StrEnum):
    """What a member may do in the organisation."""

    OWNER = "owner"
    ADMIN = "admin"


class Member(Identified, Model):
    """A person's role in an organisation."""

    __tablename__ = "organisation_members"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[MemberRole] = mapped_column(enum_type(MemberRole, "role"))
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class MemberInvitation(Identified, Model):
    """An invitation to become a member; the mailed secret is kept as a hash."""

    __tablename__ = "organisation_invitations"
    __table_args__ = (UniqueConstraint("organisation_id", "email_key"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    email: Mapped[str]
    email_key: Mapped[str]
    role: Mapped[MemberRole] = mapped_column(enum_type(MemberRole, "role"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
