"""The journeys' own fixtures: the guards are on, the browser has nothing to complain of, mailed links are at hand."""

from collections.abc import Iterator
from typing import Any

import pytest
from app.events.models import Event
from app.forms.factories import make_form, make_version
from app.utils.database import db
from app.utils.testing_browser import watch
from flask import Flask

from journeys.steps import Link, Mail, Open


@pytest.fixture(autouse=True)
def guards(app: Flask) -> None:
    """Forgery protection and throttles as in production; `app` puts its settings back by itself."""
    app.config.update(WTF_CSRF_ENABLED=True, THROTTLING=True)


@pytest.fixture(autouse=True)
def complaints(open_browser: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing breaks in the browser along the way, and the security policy has nothing to refuse."""
    from playwright.sync_api import BrowserContext  # noqa: PLC0415  # for browser tests only

    seen: list[list[str]] = []
    new_page = BrowserContext.new_page

    def watched(context: Any) -> Any:
        page = new_page(context)
        seen.append(watch(page))
        return page

    monkeypatch.setattr(BrowserContext, "new_page", watched)
    yield
    # That a wrong password is answered by 401 is as it should be.
    assert [line for lines in seen for line in lines if "401" not in line] == []


@pytest.fixture
def call(app: Flask, event: Event) -> str:
    """The address of `event`, whose call is open with the shipped form."""
    with app.app_context():
        make_version(make_form(db.session.merge(event)))
        db.session.commit()
    return f"/events/{event.key}"


@pytest.fixture
def link(queued_mail: Mail) -> Link:
    """`link(address, template)` gives the secret link in the last message of that kind to that address."""

    def find(address: str, template: str) -> str:
        [*_earlier, message] = [
            each for each in queued_mail() if (each.to_address, each.template) == (address, template)
        ]
        assert message.secret is not None
        assert message.secret in message.text
        return message.secret

    return find
