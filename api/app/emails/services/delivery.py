"""Sending: each message is claimed, sent outside any transaction, and settled.

queued → sending → sent or failed, or back to queued until its next attempt. The claim runs out: a worker
that dies in between leaves a message that becomes due again by itself. So each message goes out at least once, and a
second time, with the same Message-ID, only if the worker dies between the mail server's yes and our note of it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select, update

from app.emails import settings
from app.emails.models import Message, MessageState
from app.emails.services.outbox import without_secret
from app.utils.database import db
from app.utils.time import now

UNREACHABLE_PAUSE = timedelta(minutes=1)
# Twelve attempts in about two days.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 360, 480, 720, 840))


class Result(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    REFUSED = "refused"
    TRY_LATER = "try-later"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Outcome:
    """`code` names the reason without words of the server's, which may hold an address."""

    result: Result
    code: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """A claimed message, free of the session."""

    id: int
    message_id: str
    to_address: str
    sender_name: str
    reply_to: str
    subject: str
    text: str
    html: str
    language: str
    attempts: int


def outgoing_count() -> int:
    """How many messages wait to be sent."""
    waiting = Message.state.in_((MessageState.QUEUED, MessageState.SENDING))
    return db.session.scalar(select(func.count()).where(waiting)) or 0


def claim_next() -> Outgoing | None:
    """Take the next message that is due, single ones before bulk. To be committed before it is sent.

    A message that has been claimed too often, because workers die of it, is given up.
    """
    while True:
        moment = now()
        due = (
            select(Message.id)
            .where(
                Message.state.in_((MessageState.QUEUED, MessageState.SENDING)),
                Message.next_attempt_at <= moment,
            )
            .order_by(Message.is_bulk, Message.next_attempt_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        row = db.session.execute(
            update(Message)
            .where(Message.id == due)
            .values(
                state=MessageState.SENDING,
                attempts=Message.attempts + 1,
                next_attempt_at=moment + settings.lease(),
            )
            .returning(*(getattr(Message, name) for name in Outgoing.__dataclass_fields__))
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is None:
            return None
        message = Outgoing(*row)
        if message.attempts <= len(PAUSES) + 1:
            return message
        settle(message, Outcome(Result.REFUSED, "gave-up"))


def settle(message: Outgoing, outcome: Outcome, *, keep_secret: bool = False) -> None:
    """Write down what became of `message`. One that left, or never will, loses its secret link.

    If the claim ran out meanwhile and another worker has the message, only the news that it was sent counts.
    """
    row = db.session.get(Message, message.id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not MessageState.SENDING:
        return
    if row.attempts != message.attempts and outcome.result is not Result.SENT:
        return
    row.last_error = outcome.code
    if outcome.result is Result.SENT:
        row.state, row.sent_at = MessageState.SENT, now()
    elif outcome.result is Result.UNREACHABLE:
        # Not the message's fault, so it does not count.
        row.state, row.attempts = MessageState.QUEUED, row.attempts - 1
        row.next_attempt_at = now() + UNREACHABLE_PAUSE
    elif outcome.result is Result.TRY_LATER and row.attempts <= len(PAUSES):
        row.state, row.next_attempt_at = MessageState.QUEUED, now() + PAUSES[row.attempts - 1]
    else:
        row.state = MessageState.FAILED
    if row.state in {MessageState.SENT, MessageState.FAILED} and row.secret and not keep_secret:
        row.text, row.html = without_secret(row.text, row.secret), without_secret(row.html, row.secret)
        row.secret = None
    db.session.flush()
