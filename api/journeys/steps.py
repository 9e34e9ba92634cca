"""What people do on every journey: fill, press, follow, read."""

from collections.abc import Callable
from typing import Any

from app.emails.models import Message

Open = Callable[..., Any]
Mail = Callable[[], list[Message]]
Link = Callable[[str, str], str]
PASSWORD = "seven bright lamps"  # noqa: S105
WORDS = "We listen to the lake by night and count the fish that pass the hydrophones. "
# What Aïssatou answers to the shipped form, section by section, in the order of the page.
ANSWERS: dict[str, dict[str, Any]] = {
    "About you": {
        "given_name": "Aïssatou",
        "family_name": "Ndiaye",
        "birth_date": "1999-04-12",
        "gender": "woman",
        "nationality": "SN",
        "residence": "SN",
    },
    "Education and work": {
        "career_stage": "phd",
        "institution": "Université Cheikh Anta Diop",
        "field": "computer_science",
        "degree_end": "2028-09-30",
        "supervisor": "Prof. Diouf",
    },
    "Your research": {
        "project": WORDS * 5,
        "motivation": "My group has the data and nobody to ask.",
        "sharing": "I teach the course at home.",
        "topics": ["foundations", "language"],
        "published": False,
    },
    "Experience and skills": {
        "programming_years": "4",
        "tools": ["python", "r"],
        "ml_level": "course",
    },
    "Travel and grants": {
        "needs_grant": True,
        "grants": ["travel"],
        "departure_city": "Dakar",
        "travel_cost": "900",
        "needs_visa": False,
    },
    "Consent": {"agrees_conduct": True, "agrees_data": True},
}


def answer(page: Any, key: str, value: Any) -> None:
    """Answer one question, whatever its control."""
    controls = page.locator(f'[name="{key}"]:not([type=hidden])')
    if controls.first.get_attribute("type") in ("radio", "checkbox"):
        for each in value if isinstance(value, list) else [value]:
            wanted = str(each).lower() if isinstance(each, bool) else each
            page.locator(f'[name="{key}"][value="{wanted}"]').check()
    elif controls.evaluate("each => each.tagName") == "SELECT":
        controls.select_option(value)
    else:
        controls.fill(value)


def fill(page: Any, section: str) -> None:
    page.get_by_role("heading", name=section, level=1).wait_for()
    for key, value in ANSWERS[section].items():
        answer(page, key, value)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Any, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def go(page: Any, name: str) -> None:
    """Follow a link of the side bar, which may have a number behind its name."""
    page.locator("nav.side").get_by_role("link", name=name).click()


def expect_text(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


def heading(page: Any, name: str) -> None:
    page.get_by_role("heading", name=name).first.wait_for()


def sign_in(page: Any, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")
