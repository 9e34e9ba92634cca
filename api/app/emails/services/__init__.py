"""Queueing messages, sending them, and the texts they are made from."""

from app.emails.services.delivery import claim_next, outgoing_count, settle
from app.emails.services.history import ReadMessage, erase_messages, get_message, list_messages
from app.emails.services.outbox import OtherMailbox, Recipient, muted, queue, queue_many
from app.emails.services.texts import (
    TemplateRow,
    TemplateText,
    UnknownTemplate,
    UnusableText,
    get_template,
    list_templates,
    preview,
    reset_template,
    save_template,
)
from app.emails.settings import is_mail_configured

__all__ = [
    "OtherMailbox",
    "ReadMessage",
    "Recipient",
    "TemplateRow",
    "TemplateText",
    "UnknownTemplate",
    "UnusableText",
    "claim_next",
    "erase_messages",
    "get_message",
    "get_template",
    "is_mail_configured",
    "list_messages",
    "list_templates",
    "muted",
    "outgoing_count",
    "preview",
    "queue",
    "queue_many",
    "reset_template",
    "save_template",
    "settle",
]
