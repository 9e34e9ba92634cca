"""What the outbox reads of the organisations, whom it knows by the name of their table only."""

from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB

from app.utils.database import db

_organisations = Table(
    "organisations",
    MetaData(),
    Column("id", Integer),
    Column("name", Text),
    Column("contact_email", Text),
    Column("colour", Text),
    Column("languages", JSONB),
)


@dataclass(frozen=True)
class Sender:
    """In whose name messages go out; `language` is the organisation's first."""

    id: int
    name: str
    contact_email: str
    colour: str | None
    language: str


def get_sender(organisation_id: int) -> Sender:
    """The organisation that writes. Raises NoResultFound when there is none."""
    columns = _organisations.c
    first = columns.languages[0].astext
    statement = select(columns.id, columns.name, columns.contact_email, columns.colour, first)
    return Sender(*db.session.execute(statement.where(columns.id == organisation_id)).one())
