"""Texts that organisers write, the chain by which one is found, and the pages of the development mailbox."""

from collections.abc import Callable
from typing import Any

import config
import pytest
from flask import Flask

from app import create_app
from app.audit import services as audit
from app.emails import services
from app.emails.layout import Frame, readable_colour
from app.emails.models import Message
from app.emails.services import UnknownTemplate, UnusableText
from app.events.factories import make_event
from app.events.models import Event
from app.users.factories import make_user
from app.utils.database import db
from app.utils.errors import NotFound
from app.utils.testing_browser import assert_good_page

Mail = Callable[[], list[Message]]
NAME = "guest_removed"
LINK = "https://apply.example.org/invitations/K7QM-4TXW"


def _save(event: Event, language: str, subject: str, *, for_all: bool = False, **overrides: Any) -> None:
    text = {"body": "Dear {{ name }},\n\nGoodbye from {{ event }}.", **overrides}
    services.save_template(
        make_user(),
        overrides.pop("name", NAME),
        language,
        subject=subject,
        body=text["body"],
        organisation_id=event.organisation_id,
        event_id=None if for_all else event.id,
    )


def _find(event: Event, language: str) -> tuple[str, str, str]:
    text = services.get_template(NAME, language, event.organisation_id, event.id, fallback=event.language)
    return text.origin, text.language, text.subject


class TestTheChain:
    def test_each_step_takes_the_place_of_the_next(self, context: None) -> None:
        event = make_event(languages=["en", "fr"])
        assert _find(event, "fr")[:2] == ("shipped", "fr")
        _save(event, "en", "Organisation, English", for_all=True)
        assert _find(event, "fr") == ("organisation", "en", "Organisation, English")
        _save(event, "fr", "Organisation, French", for_all=True)
        assert _find(event, "fr") == ("organisation", "fr", "Organisation, French")
        _save(event, "en", "Event, English")
        assert _find(event, "fr") == ("event", "en", "Event, English")
        _save(event, "fr", "Event, French")
        assert _find(event, "fr") == ("event", "fr", "Event, French")

    def test_a_language_that_we_do_not_ship_falls_back_to_english(self, context: None) -> None:
        assert _find(make_event(), "sw")[:2] == ("shipped", "en")

    def test_what_one_event_says_no_other_says(self, context: None) -> None:
        event = make_event()
        _save(event, "en", "Only here")
        assert _find(make_event(), "en")[0] == "shipped"

    def test_messages_are_made_from_the_text_in_force(self, context: None, queued_mail: Mail) -> None:
        event = make_event(titles={"en": "Lake School"})
        _save(event, "en", "{{ event }} says goodbye")
        services.queue(NAME, to="a@example.org", language="en", event=event, role="Mentor", name="Ada")
        db.session.commit()
        (message,) = queued_mail()
        assert message.subject == "Lake School says goodbye"
        assert "Dear Ada,\n\nGoodbye from Lake School." in message.text

    def test_going_back_brings_the_shipped_text_and_leaves_a_line(self, context: None) -> None:
        event = make_event()
        _save(event, "en", "Ours")
        for _ in range(2):
            services.reset_template(
                make_user(), NAME, "en", organisation_id=event.organisation_id, event_id=event.id
            )
        assert _find(event, "en")[0] == "shipped"
        lines = audit.list_lines(event_id=event.id).items
        assert [line.action for line in lines] == ["message_template.reset", "message_template.changed"]
        assert lines[0].fields == [f"{NAME}.en"]

    def test_the_list_says_where_own_texts_are(self, context: None) -> None:
        event = make_event()
        _save(event, "fr", "Ours")
        _save(event, "en", "Everybody's", for_all=True)
        rows = {row.name: row for row in services.list_templates(event.organisation_id, event.id)}
        assert (rows[NAME].own_languages, rows[NAME].organisation_languages) == (["fr"], ["en"])
        assert "verify_address" not in rows
        of_organisation = {row.name: row for row in services.list_templates(event.organisation_id)}
        assert of_organisation[NAME].own_languages == ["en"]
        assert "organisation_invitation" in of_organisation


class TestChecks:
    @pytest.mark.parametrize(
        ("subject", "body", "field", "says"),
        [
            ("", "x {{ link }}", "subject", "one line"),
            ("a\nb", "x {{ link }}", "subject", "one line"),
            ("Hello {{ nome }}", "{{ link }}", "subject", "{{ nome }}"),
            ("Hello {{ name }}", "{{ link }}", "subject", "can be empty"),
            ("Hi", "", "body", "Write the text"),
            ("Hi", "Dear {{ nobody }}, {{ link }}", "body", "{{ nobody }}"),
            ("Hi", "No button here", "body", "Keep the button"),
            ("Hi", "{% if name %}x{% endif %} {{ link }}", "body", "double brackets"),
            ("Hi", "{{ link }} {{ name.__class__ }}", "body", "double brackets"),
            ("Hi", "{{ link }} [x]({{ name }})", "body", "not a web address"),
        ],
    )
    def test_a_text_that_cannot_be_sent_is_refused_with_the_reason(
        self, context: None, subject: str, body: str, field: str, says: str
    ) -> None:
        event = make_event()
        with pytest.raises(UnusableText) as refusal:
            _save(event, "en", subject, name="guest_invitation", body=body)
        assert any(says in sentence for sentence in refusal.value.errors[field])

    @pytest.mark.parametrize("name", ["nothing", "verify_address", "organisation_invitation"])
    def test_an_event_has_no_say_in_messages_that_are_not_its_own(self, context: None, name: str) -> None:
        event = make_event()
        with pytest.raises(UnknownTemplate):
            _save(event, "en", "x", name=name)

    def test_a_preview_shows_examples_and_a_real_person(self, context: None) -> None:
        event = make_event()
        shown = services.preview(
            "guest_invitation",
            "fr",
            subject="{{ event }}",
            body="Cher {{ name }}, {{ role }}\n\n[Oui]({{ link }})",
            frame=Frame("Lake School", "Lakeside", "a@b.example", "#ffee00"),
            values={"name": "Zoé"},
            event_id=event.id,
        )
        assert "Cher Zoé, Speaker" in shown.text
        assert "Oui" in shown.html
        assert "Vous recevez ce message" in shown.html


def test_a_colour_is_made_dark_enough_for_white_letters() -> None:
    assert readable_colour("#1f6b4a") == "#1f6b4a"
    assert readable_colour("#ffee00") not in (None, "#ffee00")
    assert readable_colour("red;} body{display:none") is None
    assert readable_colour(None) is None


class TestMailbox:
    def _queue(self, app: Flask) -> None:
        with app.app_context():
            services.queue(
                "guest_invitation",
                to="a@example.org",
                language="en",
                event=make_event(),
                role="Mentor",
                link=LINK,
            )
            db.session.commit()

    def test_messages_can_be_read_and_their_links_followed(
        self, app: Flask, anonymous: Any, queued_mail: Mail
    ) -> None:
        assert "No messages yet" in anonymous.get("/dev/mail").text
        self._queue(app)
        (message,) = queued_mail()
        assert message.subject in anonymous.get("/dev/mail").text
        assert LINK in anonymous.get(f"/dev/mail/{message.id}").text
        html = anonymous.get(f"/dev/mail/{message.id}/html")
        assert LINK in html.text
        assert "sandbox" in html.headers["Content-Security-Policy"]
        assert "script-src" not in html.headers["Content-Security-Policy"]
        assert anonymous.get("/dev/mail/999999").status_code == 404

    def test_with_debug_off_there_is_no_such_place(self) -> None:
        settings = config.load(
            {"SECRET_KEY": "k" * 40, "PUBLIC_URL": "https://a.example", "DATABASE_URL": "postgresql:///none"}
        )
        app = create_app(settings.as_config())
        assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]

    def test_others_than_the_reader_never_see_the_secret_link(self, app: Flask, queued_mail: Mail) -> None:
        self._queue(app)
        (message,) = queued_mail()
        with app.app_context():
            shown = services.get_message(message.id, event_id=message.event_id)
            assert LINK not in shown.text + shown.html
            assert "Answer the invitation" in shown.text
            with pytest.raises(NotFound):
                services.get_message(message.id, event_id=0)

    def test_the_list_takes_as_many_queries_for_three_as_for_one(
        self, app: Flask, anonymous: Any, queries: Any
    ) -> None:
        counts = []
        for size in (1, 2):
            for _ in range(size):
                self._queue(app)
            with queries() as counter:
                anonymous.get("/dev/mail")
            counts.append(len(counter))
        assert counts[0] == counts[1]

    @pytest.mark.browser
    def test_it_is_a_good_page(self, app: Flask, open_browser: Callable[..., Any], queued_mail: Mail) -> None:
        self._queue(app)
        (message,) = queued_mail()
        for phone in (True, False):
            page = open_browser(phone=phone)
            for path in ("/dev/mail", f"/dev/mail/{message.id}"):
                page.goto(path)
                assert_good_page(page)
            frame = page.frame_locator("iframe")
            assert frame.get_by_role("link", name="Answer the invitation").get_attribute("href") == LINK
