"""What was sent to whom, and forgetting it."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, update

from app.emails.models import Message, MessageState
from app.emails.services.outbox import without_secret
from app.utils.addresses import address_key
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.i18n import _
from app.utils.pagination import Page, paginate

# Lists never read the texts.
COLUMNS: tuple[Any, ...] = (
    Message.id,
    Message.template,
    Message.to_address,
    Message.subject,
    Message.language,
    Message.state,
    Message.attempts,
    Message.last_error,
    Message.created_at,
    Message.next_attempt_at,
    Message.sent_at,
)


def list_messages(
    *,
    event_id: int | None = None,
    address: str | None = None,
    page: int = 1,
    per_page: int = 50,
) -> Page[Any]:
    """The messages of an event, or to one address within it, newest first, without their texts.

    Without an event: those of the whole installation (the development mailbox). Always one query.
    """
    statement: Select[Any] = select(*COLUMNS).order_by(Message.id.desc())
    if event_id is not None:
        statement = statement.where(Message.event_id == event_id)
    if address is not None:
        statement = statement.where(Message.to_key == address_key(address))
    return paginate(statement, number=page, per_page=per_page, rows=True)


@dataclass(frozen=True)
class ReadMessage:
    """A message to be looked at by others than its reader: its secret link is taken out of the texts."""

    id: int
    template: str
    message_id: str
    to_address: str
    sender_name: str
    reply_to: str
    language: str
    subject: str
    text: str
    html: str
    state: MessageState
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


def get_message(message_id: int, *, event_id: int | None = None, with_secret: bool = False) -> ReadMessage:
    """One message, of `event_id` if given; only the development mailbox reads it `with_secret`. Raises `NotFound`."""
    wanted = select(Message.secret, *(getattr(Message, field.name) for field in fields(ReadMessage)))
    wanted = wanted.where(Message.id == message_id)
    if event_id is not None:
        wanted = wanted.where(Message.event_id == event_id)
    row = db.session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(_("There is no such message."))
    secret, *values = row
    message = ReadMessage(*values)
    if with_secret:
        return message
    text, html = without_secret(message.text, secret), without_secret(message.html, secret)
    return replace(message, text=text, html=html)


def erase_messages(user_id: int, address: str) -> None:
    """Forget what was written to a person who erases the account: address, subject and texts. The counts stay."""
    theirs = or_(Message.to_user_id == user_id, Message.to_key == address_key(address))
    waiting = Message.state.in_((MessageState.QUEUED, MessageState.SENDING))
    unsent = update(Message).where(theirs, waiting).values(state=MessageState.FAILED, last_error="erased")
    blank = (
        update(Message)
        .where(theirs)
        .values(to_address="", to_key="", to_user_id=None, subject="", text="", html="", secret=None)
    )
    for statement in (unsent, blank):
        db.session.execute(statement.execution_options(synchronize_session=False))
