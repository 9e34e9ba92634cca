"""Take the README's pictures: `python tools/pictures.py [ADDRESS]`, of a running installation with the demonstration.

Signs in as the demonstration's people and writes to docs/pictures. Look at each before committing it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

from app.demo.story import PASSWORD
from app.utils.testing import find_chromium
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
EVENT = "/events/lakeside-2027"
ORGANISER, APPLICANT = "achieng@lakeside.example", "aissatou@example.org"


class Shot(NamedTuple):
    """One picture: what it is called, who looks, at which address, on what."""

    name: str
    who: str | None
    path: str
    phone: bool = False
    dark: bool = False
    language: str = "en"
    picks: str = ""  # what to tick before
    shows: str = ""  # what to scroll to


SHOTS = (
    Shot("public-event", None, EVENT),
    Shot("public-event-phone", None, EVENT, phone=True),
    Shot("public-event-phone-french", None, EVENT, phone=True, language="fr"),
    Shot("applicant-home-phone-dark", APPLICANT, "/home", phone=True, dark=True),
    Shot("form", APPLICANT, f"{EVENT}/apply/sections/education"),
    Shot("check-phone", APPLICANT, f"{EVENT}/apply/check", phone=True, shows="#s-about_you"),
    Shot("form-phone", APPLICANT, f"{EVENT}/apply/sections/education", phone=True),
    Shot("overview", ORGANISER, f"{EVENT}/overview"),
    Shot("overview-dark", ORGANISER, f"{EVENT}/overview", dark=True),
    Shot("applications", ORGANISER, f"{EVENT}/applications?decision=drafted", picks="[data-picks-all]"),
    Shot("applications-phone", ORGANISER, f"{EVENT}/applications?decision=drafted", phone=True),
    Shot("guests", ORGANISER, f"{EVENT}/invited-guests"),
)


@contextmanager
def opened(browser: Browser, shot: Shot, address: str) -> Iterator[Page]:
    """A page of a fresh profile, signed in as `shot.who`."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 360, "height": 780} if shot.phone else {"width": 1280, "height": 800},
        color_scheme="dark" if shot.dark else "light",
        locale=shot.language,
        timezone_id="Africa/Dakar",
    )
    page = context.new_page()
    if shot.who:
        page.goto("/sign-in")
        page.fill("[name=email]", shot.who)
        page.fill("[name=password]", PASSWORD)
        page.click("main [type=submit]")
        page.wait_for_load_state()
    yield page
    context.close()


def main(address: str) -> None:
    """Take all pictures of the installation at `address`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        for shot in SHOTS:
            with opened(browser, shot, address) as page:
                answer = page.goto(shot.path, wait_until="networkidle")
                if answer is None or not answer.ok:
                    sys.exit(f"{shot.path} does not answer: is the demonstration loaded at {address}?")
                if shot.picks:
                    page.check(shot.picks)
                if shot.shows:
                    page.eval_on_selector(
                        shot.shows, "heading => heading.closest('section').scrollIntoView()"
                    )
                page.screenshot(path=str(FOLDER / f"{shot.name}.png"))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:5000")
