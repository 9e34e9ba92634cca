"""An account, its sessions, its one-time codes, and how often somebody knocked."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.utils.database import Identified, Model, Stamped, enum_type
from app.utils.i18n import _


class User(Identified, Stamped, Model):
    """A person's account. `email_key` is the address as compared: lower case, NFC.

    An erased account stays as a tombstone: its number and `erased_at`, nothing about the person.
    """

    __tablename__ = "users"

    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    email_verified_at: Mapped[datetime | None]
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(default="")
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    affiliation: Mapped[str] = mapped_column(default="")
    country: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str | None]
    privacy_version: Mapped[str | None]
    privacy_accepted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    @property
    def full_name(self) -> str:
        """The name as its owner writes it; empty while there is none."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)

    @property
    def name(self) -> str:
        """What to call the person: the name, the address while there is none, the number once erased."""
        if self.erased_at is not None:
            return _("Erased account %(number)s", number=self.id)
        return self.full_name or self.email

    @property
    def is_verified(self) -> bool:
        """Whether the person has shown that the address is theirs."""
        return self.email_verified_at is not None


class SessionKind(StrEnum):
    """How the session travels."""

    TOKEN = "token"  # noqa: S105
    COOKIE = "cookie"


class UserSession(Identified, Model):
    """One sign-in: an API token or a browser. Only a hash of its secret is kept."""

    __tablename__ = "sessions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SessionKind] = mapped_column(enum_type(SessionKind, "kind"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")

    user: Mapped[User] = relationship(lazy="raise")


class CodePurpose(StrEnum):
    """What a mailed code is for."""

    VERIFY = "verify"
    RESET = "reset"
    CHANGE_ADDRESS = "change-address"


class Code(Identified, Model):
    """A mailed, single-use code; one at a time per person and purpose, and only its hash is kept."""

    __tablename__ = "codes"
    __table_args__ = (UniqueConstraint("user_id", "purpose"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[CodePurpose] = mapped_column(enum_type(CodePurpose, "purpose"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class Attempt(Model):
    """How often one thing was tried in the running window; the key is a hash, so that it names nobody."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_started_at", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    started_at: Mapped[datetime]
