"""The outbox: what a message says, in which language, and that it goes with the change that causes it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.emails import services
from app.emails.models import Message, MessageState
from app.emails.rendering import fields_in, render
from app.emails.shipped import FOLDER, TEMPLATES, FieldKind, Source, read_source
from app.events.factories import make_event
from app.organisations.factories import make_organisation
from app.users.factories import make_user
from app.utils.database import db
from app.utils.i18n import LANGUAGES

Mail = Callable[[], list[Message]]
LINK = "https://apply.example.org/invitations/K7QM-4TXW?a=1&b=2"


def _invite(**overrides: Any) -> None:
    given = {"to": "fatou@example.org", "language": "en", "name": "Fatou", "role": "Speaker", "link": LINK}
    event = overrides.pop("event", None) or make_event()
    services.queue("guest_invitation", event=event, **{**given, **overrides})


def _last() -> Message:
    message = db.session.scalar(select(Message).order_by(Message.id.desc()))
    assert message is not None
    return message


class TestQueueing:
    def test_a_message_goes_with_the_change_that_is_rolled_back(
        self, context: None, queued_mail: Mail
    ) -> None:
        _invite()
        db.session.rollback()
        assert queued_mail() == []
        assert db.session.scalar(func.count(Message.id)) == 0

    def test_it_is_written_in_the_name_of_the_organisation(self, context: None) -> None:
        event = make_event(
            make_organisation(name="Lakeside Institute"), contact_email="school@lakeside.example"
        )
        _invite(event=event)
        message = _last()
        assert (message.sender_name, message.reply_to) == ("Lakeside Institute", "school@lakeside.example")
        assert (message.event_id, message.organisation_id) == (event.id, event.organisation_id)
        assert message.message_id.endswith("@localhost>")

    def test_an_account_is_remembered_with_its_message(self, context: None) -> None:
        user = make_user()
        _invite(to=user)
        message = _last()
        assert (message.to_address, message.to_user_id) == (user.email, user.id)

    def test_text_and_html_say_the_same(self, context: None) -> None:
        _invite(note="Bring <your> slides.\nSee you!", dates="5 to 16 July", place="Kisumu")
        message = _last()
        assert "Dear Fatou," in message.text
        assert "Dear Fatou," in message.html
        assert "Bring <your> slides.\nSee you!" in message.text
        assert "Bring &lt;your&gt; slides.<br>See you!" in message.html
        assert f"Answer the invitation\n{LINK}" in message.text
        assert LINK.replace("&", "&amp;") in message.html
        assert "- As: Speaker" in message.text

    def test_what_is_not_given_leaves_no_trace(self, context: None) -> None:
        _invite(name=None)
        message = _last()
        for body in (message.text, message.html):
            assert "Dear" not in body
            assert "Where" not in body
            assert "{{" not in body

    def test_a_reader_gets_their_language(self, context: None) -> None:
        _invite(language="fr")
        message = _last()
        assert message.language == "fr"
        assert message.subject.endswith("une invitation pour vous")
        assert '<html lang="fr"' in message.html

    def test_a_moment_is_said_in_full_with_its_zone(self, context: None) -> None:
        event = make_event(time_zone="Africa/Nairobi")
        _invite(event=event, expires=datetime(2027, 5, 21, 21, 0, tzinfo=UTC))
        assert "Friday 21 May 2027, 23:59 Nairobi time" in _last().text

    def test_the_html_brings_its_style_and_fetches_nothing(self, context: None) -> None:
        _invite()
        html = _last().html
        assert 'style="' in html
        for fetching in ("<link", "<img", "<script", "url(", "@import"):
            assert fetching not in html

    @pytest.mark.parametrize("given", [{"role": ""}, {"colour": "red"}, {"link": None}])
    def test_a_caller_who_forgets_or_invents_a_field_is_told(
        self, context: None, given: dict[str, Any]
    ) -> None:
        with pytest.raises(TypeError):
            _invite(**given)

    def test_a_link_is_a_web_address(self, context: None) -> None:
        with pytest.raises(ValueError, match="web address"):
            _invite(link="javascript:alert(1)")

    def test_a_name_that_advertises_is_not_repeated_to_a_stranger(self, context: None) -> None:
        for name in ("Win at evil.example/prize", "Dr. Fatou", "x" * 61):
            services.queue(
                "verify_address", to="a@b.example", language="en", name=name, link=LINK, expires="tomorrow"
            )
        texts = db.session.scalars(select(Message.text).order_by(Message.id)).all()
        assert ["Dear Dr. Fatou," in text for text in texts] == [False, True, False]
        assert not any("evil" in text for text in texts)

    def test_five_hundred_take_as_many_statements_as_one(self, context: None, queries: Any) -> None:
        event = make_event()
        counts = []
        for size in (1, 500):
            people = [services.Recipient(f"{n}@example.org", "en", {"name": f"N{n}"}) for n in range(size)]
            with queries() as counter:
                services.queue_many("event_cancelled", people, event=event, note="A flood.")
            counts.append(len(counter))
        assert counts[0] == counts[1]
        assert db.session.scalar(func.count(Message.id)) == 501
        assert _last().is_bulk

    def test_nothing_is_queued_while_muted(self, context: None) -> None:
        with services.muted():
            _invite()
        assert db.session.scalar(func.count(Message.id)) == 0

    def test_in_development_messages_arrive_in_the_local_mailbox(
        self, app: Flask, run_jobs: Callable[[], int], queued_mail: Mail
    ) -> None:
        with app.app_context():
            _invite()
            db.session.commit()
        assert run_jobs() == 1
        (message,) = queued_mail()
        assert message.state is MessageState.SENT
        assert LINK in message.text


class TestShippedTexts:
    @pytest.mark.parametrize("name", TEMPLATES)
    def test_every_language_has_it_with_the_same_fields_and_all_of_them_used(self, name: str) -> None:
        kind = TEMPLATES[name]
        for language in LANGUAGES:
            source = read_source(name, language)
            used = set(fields_in(source.subject + source.body + source.reason))
            assert set(kind.fields) <= used <= set(kind.merge_fields)
            required = {field for field, one in kind.merge_fields.items() if one.required}
            assert set(fields_in(source.subject + source.reason)) <= required

    @pytest.mark.parametrize("name", TEMPLATES)
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_can_be_put_in_the_shipped_words(self, context: None, name: str, language: str) -> None:
        source = read_source(name, language)
        services.texts.check_text(TEMPLATES[name], source.subject, source.body)

    def test_no_text_lies_about_unused(self) -> None:
        for language in LANGUAGES:
            assert {path.stem for path in (FOLDER / language).glob("*.md")} == set(TEMPLATES)

    @pytest.mark.parametrize("name", TEMPLATES)
    def test_it_has_one_heading_and_its_button(self, name: str) -> None:
        kind = TEMPLATES[name]
        values: dict[str, Any] = {key: one.example for key, one in kind.merge_fields.items()}
        values |= {key: [("Q", "A")] for key, one in kind.merge_fields.items() if one.kind is FieldKind.FACTS}
        message = render(read_source(name, "en"), values)
        assert message.heading
        assert "<h1" not in message.words + message.after
        assert (message.button is not None) == ("link" in kind.fields)


class TestRendering:
    def test_a_value_never_becomes_markup(self) -> None:
        evil = "**x** [y](https://evil.example) <img src=x> {{ link }} `z`"
        message = render(
            Source("S {{ name }}", "Dear {{ name }},"), {"name": evil, "link": "https://a.example"}
        )
        assert message.subject == f"S {evil}"
        assert "<img" not in message.words
        assert "<strong>" not in message.words
        assert 'href="https://evil' not in message.words
        assert "{{ link }}" in message.words

    def test_a_subject_stays_one_line(self) -> None:
        message = render(Source("Hello {{ name }}", "x"), {"name": "A\r\nBcc: all@example.org"})
        assert message.subject == "Hello A Bcc: all@example.org"

    def test_markup_that_could_do_harm_is_not_passed_on(self) -> None:
        body = "<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n![p](https://e.example/p.png)"
        message = render(Source("S", body), {})
        for harm in ("<script", 'href="javascript', "<img"):
            assert harm not in message.words + message.after
        assert message.button is None or not message.button.href.startswith("javascript")

    def test_answers_are_shown_with_their_parts(self) -> None:
        facts = [("About you", None), ("Why?", "Because\n<3"), ("Score", "3")]
        message = render(Source("S", "Yours:\n\n{{ answers }}\n\nBye."), {"answers": facts})
        assert message.text == "Yours:\n\nAbout you\n\nWhy?\n  Because\n  <3\n\nScore\n  3\n\nBye.\n"
        assert "Because<br>&lt;3" in message.words

    def test_lists_quotes_and_links_read_well_in_plain_text(self) -> None:
        body = "1. one\n2. two\n\n- a\n- b\n\n> said\n\nSee [the page](https://a.example/x) now.\n\n---\n\n*em* `code`"
        text = render(Source("S", body), {}).text
        assert (
            text
            == "1. one\n2. two\n\n- a\n- b\n\nsaid\n\nSee the page (https://a.example/x) now.\n\n--------\n\nem code\n"
        )
