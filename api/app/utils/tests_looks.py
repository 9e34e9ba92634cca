"""The stylesheet, the templates and the words they call."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
import time_machine
from flask import Flask, render_template_string
from flask_babel import force_locale

from app.utils import looks, moments
from app.utils.countries import COUNTRIES, country_choices
from app.utils.testing import Client
from app.utils.testing_browser import assert_good_page, weigh

APP = Path(__file__).parents[1]
TEMPLATES = sorted(path for path in (APP / "templates").rglob("*.html"))
# Pages with a policy of their own: the viewer of the API, and what stands in the frame of a preview.
FRAMED = {"docs.html", "unusable.html"}
PAGES = [path for path in TEMPLATES if "emails" not in path.parts and path.name not in FRAMED]
CLOSES = datetime(2027, 3, 5, 21, 0, tzinfo=UTC)  # midnight in Nairobi


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(APP / "templates")) for path in paths]


class TestTemplates:
    @pytest.mark.parametrize("name", _names(TEMPLATES))
    def test_each_compiles(self, app: Flask, name: str) -> None:
        app.jinja_env.get_template(name)

    @pytest.mark.parametrize("path", PAGES, ids=_names(PAGES))
    def test_none_has_script_or_style_of_its_own(self, path: Path) -> None:
        text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r"\sstyle\s*=", text)
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)

    @pytest.mark.parametrize("path", PAGES, ids=_names(PAGES))
    def test_every_form_that_changes_something_carries_its_token(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, flags=re.S):
            assert "csrf_field()" in form or "csrf_token" in form, form[:120]


class TestStylesheet:
    css = (APP / "static" / "marula.css").read_text(encoding="utf-8")

    def test_it_stays_small(self) -> None:
        assert len(brotli.compress(self.css.encode())) <= 8_500

    def test_it_mirrors_by_itself(self) -> None:
        rules = re.sub(r"/\*.*?\*/", "", self.css, flags=re.S)
        assert not re.findall(
            r"(?:margin|padding|border)-(?:left|right)|[;{]\s*(?:left|right)\s*:|text-align:\s*(?:left|right)",
            rules,
        )


@pytest.mark.parametrize("folder", ["static/vendor", "utils/testing_vendor"])
def test_files_from_elsewhere_are_what_the_lock_says(folder: str) -> None:
    lines = (APP / folder / "vendor.lock").read_text(encoding="utf-8").splitlines()
    locked = {line.split()[0]: line.split()[4] for line in lines if not line.startswith("#")}
    present = {path.name for path in (APP / folder).iterdir() if path.suffix == ".js"}
    assert set(locked) == present
    for name, digest in locked.items():
        found = hashlib.sha512((APP / folder / name).read_bytes()).digest()
        assert digest == f"sha512-{base64.b64encode(found).decode()}"


@pytest.mark.usefixtures("context")
class TestMoments:
    def test_what_ends_at_midnight_reads_as_the_minute_before(self) -> None:
        assert moments.last_moment(CLOSES, "Africa/Nairobi") == "Friday 5 March 2027, 23:59"

    def test_another_hour_reads_as_it_is(self) -> None:
        assert moments.last_moment(CLOSES, "Africa/Lagos") == "Friday 5 March 2027, 22:00"

    def test_in_french(self) -> None:
        with force_locale("fr"):
            assert moments.last_moment(CLOSES, "Africa/Nairobi") == "vendredi 5 mars 2027 à 23:59"
            assert moments.full_span(date(2027, 7, 5), date(2027, 7, 16)).endswith("vendredi 16 juillet 2027")

    @pytest.mark.parametrize(
        ("zone", "words"),
        [
            ("Africa/Nairobi", "Nairobi time"),
            ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
            ("Etc/GMT+12", "Anywhere on Earth"),
            ("UTC", "UTC"),
        ],
    )
    def test_zones_are_called_by_their_city(self, zone: str, words: str) -> None:
        assert moments.zone_words(zone) == words

    @pytest.mark.parametrize(
        ("reader", "words"),
        [
            ("Africa/Dakar", "20:59"),
            ("Africa/Kampala", ""),
            ("Asia/Tokyo", "Sat 6 Mar, 05:59"),
            (None, None),
        ],
    )
    def test_the_readers_own_time(self, reader: str | None, words: str | None) -> None:
        assert moments.time_for_reader(CLOSES, "Africa/Nairobi", reader) == words

    def test_spans_say_what_both_days_share_once(self) -> None:
        assert moments.full_span(date(2027, 7, 5), date(2027, 7, 16)) == "Monday 5 to Friday 16 July 2027"
        assert (
            moments.full_span(date(2027, 6, 28), date(2027, 7, 2)) == "Monday 28 June to Friday 2 July 2027"
        )
        assert moments.full_span(date(2027, 7, 5), date(2027, 7, 5)) == "Monday 5 July 2027"
        assert (
            moments.window_span(datetime(2027, 1, 11, tzinfo=UTC), CLOSES, "Africa/Nairobi")
            == "11 Jan\u2009–\u20095 Mar"
        )

    def test_stamps_are_short(self) -> None:
        with time_machine.travel(datetime(2027, 5, 18, 9, 0, tzinfo=UTC), tick=False):
            assert moments.stamp(datetime(2027, 5, 18, 7, 42, tzinfo=UTC), "Africa/Nairobi") == "10:42"
            assert moments.stamp(datetime(2027, 5, 17, 7, 42, tzinfo=UTC), "Africa/Nairobi") == "Mon"
            assert moments.stamp(datetime(2027, 3, 26, 7, 42, tzinfo=UTC), "Africa/Nairobi") == "26 Mar"


@pytest.mark.usefixtures("context")
class TestWords:
    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("Aïssatou Ndiaye", "AN"),
            ("فاطمة", "ف"),
            ("李思远", "李"),
            ("Ana Lucía Quispe", "AQ"),
            ("someone@example.org", "S"),
            ("(Dr) Ọlámídé", "DỌ"),
            ("", "?"),
        ],
    )
    def test_initials(self, name: str, letters: str) -> None:
        assert looks.initials(name) == letters

    def test_numbers_have_the_readers_separators(self) -> None:
        assert looks.number(1284) == "1,284"
        with force_locale("fr"):
            assert looks.number(1284) == "1\u202f284"

    def test_a_state_has_a_word_a_colour_and_a_shape(self) -> None:
        assert looks.state_look("not-selected").shape == "cross"
        assert looks.state_look("something_new").label == "Something new"

    def test_countries_are_in_the_order_of_the_alphabet(self) -> None:
        choices = country_choices("fr")
        names = [name for _code, name in choices]
        assert names.index("Égypte") < names.index("Kenya")
        assert {code for code, _name in choices} == COUNTRIES
        assert len(names) > 240

    def test_the_highest_heading_stands_just_below_the_title_of_the_page(self) -> None:
        assert "<h2>First</h2>" in looks.markdown("## First\n### Second")
        assert "<h3>Second</h3>" in looks.markdown("## First\n### Second")

    def test_markdown_cannot_do_harm(self) -> None:
        html = looks.markdown(
            "# Hi\n<script>alert(1)</script>\n[x](javascript:alert(1)) [y](https://example.org)"
        )
        assert "<h2>Hi</h2>" in html
        assert "<script" not in html
        assert "javascript:" not in re.findall(r'href="([^"]*)"', html)
        assert 'rel="noopener nofollow"' in html


class TestLanguageOfThePage:
    def test_the_link_chooses_and_the_choice_is_kept(self, anonymous: Client) -> None:
        first = anonymous.get("/nothing-here?lang=fr")
        assert '<html lang="fr" dir="ltr">' in first.text
        assert '<html lang="fr" dir="ltr">' in anonymous.get("/nothing-here").text

    def test_the_menu_keeps_the_rest_of_the_address(self, app: Flask) -> None:
        with app.test_request_context("/events?q=a%26b&page=2"):
            links = {each["code"]: each["href"] for each in looks.page_languages()}
            assert links["fr"] == "/events?q=a%26b&page=2&lang=fr"
            assert looks.address_with({"state": "open"}) == "/events?q=a%26b&state=open"


def test_what_people_typed_is_escaped_in_every_control(app: Flask) -> None:
    evil = '"><script>alert(1)</script>'
    with app.test_request_context("/"):
        html = render_template_string(
            """{% import "components/field.html" as f %}{% import "components/question.html" as q %}
            {{ f.input("a", evil, evil, errors=[evil], help=evil) }}{{ f.textarea("b", evil, evil, words=5) }}
            {{ f.select("c", evil, [(evil, evil)], evil) }}{{ q.single_choice("d", evil, [(evil, evil)], evil) }}
            {{ q.multiple_choice("e", evil, [(evil, evil)], [evil]) }}{{ q.information(evil, evil) }}""",
            evil=evil,
        )
    assert "<script>" not in html


class TestErrorPage:
    def test_a_missing_page_says_so_in_words(self, anonymous: Client) -> None:
        answer = anonymous.get("/nothing-here")
        assert answer.status_code == 404
        assert "<h1>" in answer.text

    def test_a_page_that_breaks_shows_the_reference_and_no_more(self, app: Flask, anonymous: Client) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = anonymous.get("/nothing-here", base_url="http://localhost")
        assert "Traceback" not in answer.text

    @pytest.mark.browser
    def test_it_is_accessible_in_every_light(self, open_browser: Callable[..., Any]) -> None:
        for phone, dark in ((True, False), (False, True)):
            page = open_browser(phone=phone, dark=dark)
            page.goto("/nothing-here")
            assert page.title().endswith("· Marula")
            assert_good_page(page)

    @pytest.mark.browser
    def test_what_every_page_brings_along_leaves_room_for_its_content(
        self, open_browser: Callable[..., Any]
    ) -> None:
        """A public page may weigh 30 kB on a first visit; the frame alone takes about half of that."""
        assert weigh(open_browser(), "/nothing-here") <= 16_000
