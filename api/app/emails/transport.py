"""The way out: an SMTP server, or the development mailbox.

Made of the standard library. The words of a server are never kept, only its numbers: they may quote an address.
"""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit

import structlog
from flask import current_app

from app.emails.services.delivery import Outcome, Outgoing, Result
from app.emails.settings import sender_address
from app.utils.addresses import wire_address
from app.utils.time import now

log = structlog.get_logger("marula")

TIMEOUT = 15.0
LOCAL = {"localhost", "127.0.0.1", "::1"}
SENT = Outcome(Result.SENT)


class Transport(Protocol):
    """Something that takes messages, until it is closed."""

    keeps_secrets: bool

    def send(self, message: Outgoing) -> Outcome: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_transport() -> Transport:
    """The way out that the settings name. With DEBUG on and no server, the development mailbox."""
    url = current_app.config.get("SMTP_URL")
    if url:
        return SmtpServer(url, sender_address(), current_app.config.get("SMTP_TIMEOUT", TIMEOUT))
    return DevelopmentMailbox()


class DevelopmentMailbox:
    """Keeps messages where they are, to be read at /dev/mail; their links go on working there."""

    keeps_secrets = True

    def send(self, _message: Outgoing) -> Outcome:
        return SENT

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class _NoTls(smtplib.SMTPException):
    """The server offers no encryption, and we would have to send it a password."""


class SmtpServer:
    """One server; the connection is made when first needed and used for all messages of a run."""

    keeps_secrets = False

    def __init__(self, url: str, sender: str, timeout: float) -> None:
        self.address = urlsplit(url)
        self.sender = sender
        self.timeout = timeout
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: Outgoing) -> Outcome:
        """Send `message`, over a fresh connection if the one at hand turns out to have been closed."""
        is_fresh = self._connection is None
        outcome = self._send_once(message)
        if outcome.code == "dropped" and not is_fresh:
            outcome = self._send_once(message)
        return outcome

    def _send_once(self, message: Outgoing) -> Outcome:
        try:
            connection = self._connection or self._connect()
        except (smtplib.SMTPException, OSError) as problem:
            self._close()
            code = _code_of(problem)
            log.error("mail_server_unreachable", reason=code)
            return Outcome(Result.UNREACHABLE, code)
        recipient = wire_address(message.to_address)
        try:
            connection.send_message(to_email(message, self.sender), self.sender, [recipient])
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            return self._outcome_of(problem)
        return SENT

    def _connect(self) -> smtplib.SMTP:
        host, user = self.address.hostname or "", self.address.username
        if self.address.scheme == "smtps":
            trust = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._port(465), timeout=self.timeout, context=trust
            )
        else:
            connection = smtplib.SMTP(host, self._port(587 if user else 25), timeout=self.timeout)
        self._connection = connection
        connection.ehlo_or_helo_if_needed()
        if self.address.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
        elif self.address.scheme == "smtp" and user and host not in LOCAL:
            raise _NoTls
        if user:
            connection.login(unquote(user), unquote(self.address.password or ""))
        return connection

    def _port(self, usual: int) -> int:
        return self.address.port or usual

    def _outcome_of(self, problem: Exception) -> Outcome:
        """A refusal of the recipient or the text is final, one for now is not; the server's own troubles are nobody's."""
        code = _code_of(problem)
        if code == "unusable-address":
            return Outcome(Result.REFUSED, code)
        if not isinstance(problem, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
            self._close()
            return Outcome(Result.TRY_LATER, code)
        if isinstance(problem, smtplib.SMTPSenderRefused) and code != "smtp-552":
            # It will not have us as a sender at all (552: this message is too big for it).
            self._close()
            log.error("mail_sender_refused", reason=code)
            return Outcome(Result.UNREACHABLE, code)
        if code.startswith("smtp-4"):
            if code == "smtp-421":
                self._close()
            return Outcome(Result.TRY_LATER, code)
        return Outcome(Result.REFUSED, code)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()


def to_email(message: Outgoing, sender: str) -> EmailMessage:
    """The message as it goes over the wire, in plain text and HTML."""
    email = EmailMessage()
    local, _, domain = sender.rpartition("@")
    email["From"] = Address(" ".join(message.sender_name.split()), local, domain)
    email["To"] = wire_address(message.to_address)
    if message.reply_to:
        email["Reply-To"] = wire_address(message.reply_to)
    email["Subject"] = message.subject
    email["Date"] = format_datetime(now())
    email["Message-ID"] = message.message_id
    email["Content-Language"] = message.language
    # Asks holiday notices and their like for silence.
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text, cte="quoted-printable")
    email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return email


def _code_of(problem: Exception) -> str:
    """A short name for what happened."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return f"smtp-{next(iter(problem.recipients.values()))[0]}"
    if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
        return "timeout"
    if isinstance(problem, smtplib.SMTPResponseException) and not isinstance(problem, REFUSED_SIGN_IN):
        return f"smtp-{problem.smtp_code}"
    return next((code for kinds, code in CODES if isinstance(problem, kinds)), "unreachable")


REFUSED_SIGN_IN = smtplib.SMTPAuthenticationError
CODES: tuple[tuple[Any, str], ...] = (
    (REFUSED_SIGN_IN, "sign-in-refused"),
    ((smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError), "dropped"),
    ((smtplib.SMTPNotSupportedError, ValueError), "unusable-address"),
    (ssl.SSLError, "tls"),
    (_NoTls, "no-tls"),
)
