"""E-mail addresses."""

from email_validator import EmailNotValidError, validate_email

from app.utils.i18n import _


def normal_address(text: str) -> str:
    """The address in `text`, its domain in small letters. Raises `ValueError`, with a sentence, if it is none."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as problem:
        sentence = _("This does not look like an e-mail address. It should read like name@example.org.")
        raise ValueError(sentence) from problem
