"""What the installation's settings say about mail."""

from datetime import timedelta

from flask import current_app

# Longer than the slowest server can hold up one message.
LEASE = timedelta(minutes=3)


def is_mail_configured() -> bool:
    """Whether messages leave the outbox: a mail server is named, or the development mailbox takes them."""
    return has_mail_server() or bool(current_app.config["DEBUG"])


def has_mail_server() -> bool:
    """Whether a mail server is named."""
    return bool(current_app.config.get("SMTP_URL"))


def sender_address() -> str:
    """The address that all messages come from."""
    return str(current_app.config["MAIL_FROM"])


def lease() -> timedelta:
    """How long a worker may take over one message before another takes it up."""
    given: timedelta = current_app.config.get("MAIL_LEASE", LEASE)
    return given
