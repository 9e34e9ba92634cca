"""The database: the models' base, and the few ways a service touches a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Enum, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry

from app.utils.time import now

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
APART = "apart"
TYPES: dict[Any, Any] = {
    str: Text,
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
}


class Base(DeclarativeBase):
    """What every mapped class descends from; the type map sits on an explicit registry, as SQLAlchemy 2.1 wants."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map=TYPES)


# `join_transaction_mode` matters only where a session is bound to a connection that is in a transaction already: in tests.
# What was read stays readable after the commit, so that a door may still speak of it.
db = SQLAlchemy(
    model_class=Base, session_options={"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
)

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


class Identified:
    """A mixin: an integer primary key."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)


class Stamped:
    """A mixin: when the row was made and last changed, in UTC."""

    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=91)


def enum_type(enum: type[StrEnum], name: str) -> Enum:
    """A column type for `enum`: its values as text, with a check constraint called `name`."""
    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=None,
        values_callable=lambda members: [member.value for member in members],
    )


@contextmanager
def unique_or(error: Exception) -> Iterator[None]:
    """Flush what the block adds inside a savepoint; a clash with a unique constraint becomes `error`."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as clash:
        if getattr(clash.orig, "sqlstate", None) == "23505":
            raise error from clash
        raise


@contextmanager
def record_apart() -> Iterator[Session]:
    """A session on a connection of its own that commits at the end of the block, whatever becomes of the request.

    For facts that must survive a refusal: attempts, used codes, security audit lines, received webhooks. The connection
    comes from a pool of its own: requests that hold all of the others would wait for each other here.
    """
    with (
        Session(bind=db.engines[APART], join_transaction_mode="create_savepoint") as session,
        session.begin(),
    ):
        yield session
