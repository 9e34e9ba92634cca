"""Every page that a person sees, as the right person sees it, in a real browser: accessible on a phone and on a desk, in
light and in dark; not too wide; no markup among its words; its links lead somewhere; the browser has nothing to
complain of; and one can walk it by keyboard.

The tests walk over the route table by themselves: a new page is covered on the day it is written, or the test says what
it lacks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from app.applications.factories import GOOD_ANSWERS, make_application
from app.decisions import services as decisions
from app.decisions.models import Verdict
from app.events.factories import make_role
from app.events.models import Event
from app.invited_guests.factories import make_guest
from app.organisations.models import Organisation
from app.routes import DEVELOPMENT, PAGES
from app.users.factories import make_user
from app.users.models import CodePurpose, User
from app.users.services import codes
from app.utils.database import db
from app.utils.testing_browser import assert_good_in_every_light, watch
from flask import Flask
from testing_world import PROBES, World, fill, make_world
from werkzeug.exceptions import HTTPException

pytestmark = pytest.mark.browser

# What is fetched and not looked at.
FILES = {
    *PROBES,
    "/theme/<organisation_key>.<version>.css",
    "/events/<event_key>/dates.ics",
    "/events/<event_key>/form/download",
    "/events/<event_key>/applications.csv",
    "/events/<event_key>/invited-guests.csv",
    "/dev/mail/<int:message_id>/html",
}
# Who looks at what begins so: the first line that fits.
READERS = [
    ("/organisations/new", "admin"),
    ("/organisations", "owner"),
    ("/events/<event_key>/join", "anonymous"),
    ("/events/<event_key>/invitation", "guest"),
    ("/events/<event_key>/apply/receipt", "applicant"),
    ("/events/<event_key>/apply/withdraw", "applicant"),
    ("/events/<event_key>/apply", "drafter"),
    ("/events/<event_key>/", "organiser"),
    ("/account", "newcomer"),
    ("/home", "drafter"),
    ("", "anonymous"),
]
READER_NAMES = sorted({reader for _path, reader in READERS})
SECRETS = {
    "/verify": CodePurpose.VERIFY,
    "/reset-password": CodePurpose.RESET,
    "/account/address": CodePurpose.CHANGE_ADDRESS,
}


def reader_of(path: str) -> str:
    return next(reader for beginning, reader in READERS if path.startswith(beginning))


def pages_of(reader: str) -> list[str]:
    """The paths of the pages that are looked at as `reader`."""
    paths = [path for method, path, _view in PAGES + DEVELOPMENT if method == "GET" and path not in FILES]
    return [path for path in paths if reader_of(path) == reader]


@dataclass
class Readers:
    """Everybody who looks at pages, by what they are, and the address of each page for its reader."""

    people: dict[str, User | None]
    addresses: dict[str, str]


@pytest.fixture
def readers(app: Flask, organisation: Organisation, event: Event) -> Readers:
    """A world in which every page has something to show."""
    with app.app_context():
        event = db.session.merge(event)
        world = make_world(db.session.merge(organisation), event)
        people = _make_people(world)
        paths = [path for name in READER_NAMES for path in pages_of(name)]
        addresses = {path: _address_of(path, world, people[reader_of(path)]) for path in paths}
        db.session.commit()
        for person in filter(None, people.values()):
            db.session.refresh(person)
            db.session.expunge(person)
    return Readers(people, addresses)


def _make_people(world: World) -> dict[str, User | None]:
    event = world.event
    organiser, applicant, guest = (
        make_user(given_name="Wanjiru", family_name="Kamau"),
        make_user(),
        make_user(),
    )
    drafter = make_user(given_name="思远", family_name="李", time_zone="Africa/Dakar")
    make_role(event, organiser)
    make_application(event, applicant)
    make_application(event, drafter, submitted=False, answers={**GOOD_ANSWERS, "project": "word " * 12})
    make_guest(event, user_id=guest.id, email=guest.email, name=guest.name)
    decisions.draft(organiser, event, numbers=[1], verdict=Verdict.ACCEPT)
    decisions.release(organiser, event, expected=1)
    decisions.draft(organiser, event, numbers=[2], verdict=Verdict.WAITLIST)
    return {
        "anonymous": None,
        "organiser": organiser,
        "applicant": applicant,
        "drafter": drafter,
        "guest": guest,
        "owner": world.owner,
        "newcomer": make_user(verified=False),
        "admin": make_user(is_admin=True),
    }


def _address_of(path: str, world: World, person: User | None) -> str:
    """Where the page is, with a secret of its reader's own where one is mailed."""
    for place, purpose in SECRETS.items():
        if path.startswith(place) and "<secret>" in path:
            owner = person or world.person
            return fill(path, world, secret=codes.make_code(owner, purpose, owner.email)[0])
    return fill(path, world)


def assert_links_lead_somewhere(app: Flask, page: Any) -> None:
    """Each link and form of the page is one of our addresses, or points elsewhere."""
    found = page.evaluate(
        """() => [...document.links].map((link) => ["GET", link.href])
        .concat([...document.forms].map((form) => [form.getAttribute("method") || "GET", form.action]))"""
    )
    host = urlsplit(page.url).netloc
    urls = app.url_map.bind(host)
    for method, address in found:
        place = urlsplit(address)
        if place.netloc != host:
            continue
        try:
            _endpoint, arguments = urls.match(place.path, method=method.upper())
        except HTTPException as wrong:
            raise AssertionError(f"{page.url}: {method} {place.path} leads nowhere ({wrong})") from None
        # A form that posts to /verify/again would be taken for the secret "again".
        secret = arguments.get("secret") or arguments.get("code") or "long" * 8
        assert len(secret) > 20, f"{page.url}: {place.path} is no secret link"


def assert_reads_well(page: Any) -> None:
    """No markup stands among the words, and nothing that was to be filled in."""
    words = page.locator("body").inner_text()
    found = re.findall(r"</?[a-z]+(?: [^<>]*)?>|&[a-z]+;|%\(\w+\)s", words)
    assert not found, f"{page.url} shows {found}"


UNSEEN_FOCUS = """() => {
  const place = document.activeElement;
  if (!place || place === document.body) return [];
  const box = place.getBoundingClientRect();
  const ringed = (each, steps) => each && steps && (
    (getComputedStyle(each).outlineStyle !== "none" && parseFloat(getComputedStyle(each).outlineWidth) >= 2)
    || ringed(each.parentElement, steps - 1));
  return box.width && box.height && ringed(place, 4) ? [] : [place.outerHTML.slice(0, 120)];
}"""


def assert_walkable(page: Any) -> None:
    """The tab key's first step skips what repeats (unless the page begins in a field or at its errors), and the focus is always seen."""
    page.evaluate("document.activeElement?.blur(); getSelection().collapse(document.body, 0)")
    unseen = []
    for step in range(6):
        page.keyboard.press("Tab")
        unseen += page.evaluate(UNSEEN_FOCUS)
        if step == 0 and not page.locator("[autofocus], #problems").count():
            assert page.locator(".skip:focus").count(), f"{page.url}: the first step does not skip"
    assert not unseen, f"{page.url}: the focus is not seen on {unseen}"


@pytest.mark.parametrize("reader", READER_NAMES)
def test_every_page_is_good(
    app: Flask, readers: Readers, open_browser: Callable[..., Any], reader: str
) -> None:
    page = open_browser(readers.people[reader], phone=False)
    complaints = watch(page)
    promises = (
        assert_reads_well,
        assert_good_in_every_light,
        partial(assert_links_lead_somewhere, app),
        assert_walkable,
    )
    faults = []
    for path in pages_of(reader):
        address = readers.addresses[path]
        answer = page.goto(address)
        if answer.status != 200 or urlsplit(page.url).path != address:
            faults.append(
                f"{path} answers {answer.status} at {page.url}: nobody in this file's world can see it as {reader}. "
                "Say in READERS who looks at it, or make in `readers` what it needs."
            )
            continue
        for promise in promises:
            try:
                promise(page)
            except AssertionError as fault:
                faults.append(f"{path}\n{fault}")
        faults += [f"{path}: {complaint}" for complaint in complaints]
        complaints.clear()
    assert not faults, "\n\n".join(faults)
