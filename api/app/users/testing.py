"""What the tests of accounts share."""

import re
from collections.abc import Callable

from flask import Flask

from app.emails.models import Message
from app.utils.testing import Client

Mailbox = Callable[[], list[Message]]
EMAIL, ADA = "new@example.org", "ada@example.org"
PASSWORD, NEW = "123456", "seven bright lamps"


def secret_in(message: Message) -> str:
    """The code in the only link of a message."""
    found = re.search(r"/(?:verify|reset-password|account/address)/([\w-]{43})\b", message.text)
    assert found is not None, message.text  # noqa: S101
    return found[1]


def status(client: Client, path: str, **body: object) -> int:
    """How the API answers `body`."""
    return int(client.post(f"/api/v1{path}", json=body).status_code)


def can_sign_in(app: Flask, email: str, password: str) -> bool:
    """Whether the password opens the account."""
    client = app.test_client()
    answer = client.post("/api/v1/authenticate", json={"email": email, "password": password})
    assert answer.status_code in (200, 401)  # noqa: S101
    return answer.status_code == 200


def is_signed_in(client: Client) -> bool:
    """Whether the browser has a session."""
    return bool(client.get("/account").status_code == 200)
