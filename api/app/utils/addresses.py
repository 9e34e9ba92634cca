"""E-mail addresses."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.utils.i18n import _


def normal_address(text: str) -> str:
    """The address in `text`, its domain in small letters. Raises `ValueError`, with a sentence, if it is none."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as problem:
        sentence = _("This does not look like an e-mail address. It should read like name@example.org.")
        raise ValueError(sentence) from problem


def address_key(address: str) -> str:
    """How addresses are compared: NFC, without case.

    Not case folding: it makes "ß" into "ss", and of two people's mailboxes one.
    """
    return unicodedata.normalize("NFC", address).lower()


def wire_address(address: str) -> str:
    """The address with its domain as the DNS knows it (IDNA 2008), so that any server can take it.

    Not Python's own codec, which is of 2003: it would send what is for straße.example to strasse.example.
    """
    local, _at, _domain = address.rpartition("@")
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return address
    return f"{local}@{found.ascii_domain}"
