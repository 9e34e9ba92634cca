"""Sending, against a real SMTP server that takes, refuses, stalls, or hangs up; and workers that are killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from flask import Flask
from sqlalchemy import func, select

from app.emails import handlers, services
from app.emails.models import Message, MessageState
from app.emails.services.delivery import PAUSES, Outcome, Result
from app.emails.testing import PostOffice, open_post_office
from app.emails.transport import open_transport
from app.events.factories import make_event
from app.organisations.factories import make_organisation
from app.utils.database import db
from app.utils.time import now

Mail = Callable[[], list[Message]]
LINK = "https://apply.example.org/invitations/K7QM-4TXW"


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def smtp(app: Flask, office: PostOffice) -> Iterator[None]:
    """A mail server that the application uses."""
    with open_post_office(office) as address:
        app.config["SMTP_URL"] = f"smtp://{address}"
        app.config["SMTP_TIMEOUT"] = 1.0
        yield


def _queue(app: Flask, *addresses: str) -> None:
    with app.app_context():
        event = make_event()
        for address in addresses or ("fatou@example.org",):
            services.queue(
                "guest_invitation", to=address, language="en", event=event, role="Speaker", link=LINK
            )
        db.session.commit()


def _deliver(app: Flask) -> None:
    with app.app_context():
        handlers.deliver()
        db.session.commit()


def _states(mail: Mail) -> list[tuple[str, str | None]]:
    return [(message.state.value, message.last_error) for message in mail()]


class TestTheWire:
    def test_a_message_arrives_whole(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        _queue(app)
        _deliver(app)
        (envelope,) = office.received
        content = (envelope.content or b"").decode()  # type: ignore[union-attr]
        assert envelope.rcpt_tos == ["fatou@example.org"]
        assert envelope.mail_from == app.config["MAIL_FROM"]
        for part in ("Auto-Submitted: auto-generated", "Reply-To: ", "text/plain", "text/html", "K7QM-4TXW"):
            assert part in content
        assert _states(queued_mail) == [("sent", None)]

    def test_once_sent_the_secret_link_is_forgotten(self, app: Flask, smtp: None, queued_mail: Mail) -> None:
        _queue(app)
        assert LINK in queued_mail()[0].text
        _deliver(app)
        (message,) = queued_mail()
        assert message.secret is None
        assert "K7QM-4TXW" not in message.text + message.html
        assert "Answer the invitation" in message.html

    def test_many_messages_share_a_connection(self, app: Flask, smtp: None, office: PostOffice) -> None:
        _queue(app, *(f"guest{number}@example.org" for number in range(20)))
        _deliver(app)
        assert len(office.received) == 20
        assert len(office.sessions) == 1

    def test_names_and_domains_of_all_scripts_can_be_sent(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        _queue(app, "fatou@bücher.example")
        _deliver(app)
        assert office.received[0].rcpt_tos == ["fatou@xn--bcher-kva.example"]

    def test_headers_cannot_be_injected(self, app: Flask, smtp: None, office: PostOffice) -> None:
        with app.app_context():
            event = make_event(make_organisation(name="Lake\r\nBcc: all@example.org"))
            services.queue(
                "guest_removed",
                to="a@example.org",
                language="en",
                event=event,
                role="x\nBcc: all@example.org",
            )
            db.session.commit()
        _deliver(app)
        (envelope,) = office.received
        head = (envelope.content or b"").partition(b"\r\n\r\n")[0]  # type: ignore[union-attr]
        assert b"\nBcc:" not in head
        assert envelope.rcpt_tos == ["a@example.org"]

    def test_a_password_goes_over_no_open_line(
        self, app: Flask, office: PostOffice, queued_mail: Mail
    ) -> None:
        _queue(app)
        with open_post_office(office, host="127.0.0.2") as address:
            app.config["SMTP_URL"] = f"smtp://me:secret@{address}"
            _deliver(app)
        assert _states(queued_mail) == [("queued", "no-tls")]

    def test_it_signs_in_where_the_address_says_so(
        self, app: Flask, office: PostOffice, queued_mail: Mail
    ) -> None:
        seen: list[Any] = []

        def check(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> AuthResult:
            seen.append((data.login, data.password))
            return AuthResult(success=data.password == b"s:cret", handled=False)

        _queue(app)
        with open_post_office(office, authenticator=check, auth_require_tls=False) as address:
            app.config["SMTP_URL"] = f"smtp://me:wrong@{address}"
            _deliver(app)
            assert _states(queued_mail) == [("queued", "sign-in-refused")]
            app.config["SMTP_URL"] = f"smtp://me:s%3Acret@{address}"
            with time_machine.travel(now() + timedelta(minutes=2)):
                _deliver(app)
        assert _states(queued_mail) == [("sent", None)]
        assert seen[-1] == (b"me", b"s:cret")


class TestTrouble:
    def test_a_refused_address_is_told_and_not_tried_again(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        office.refused["gone@example.org"] = "550 5.1.1 gone@example.org is unknown"
        _queue(app, "gone@example.org", "here@example.org")
        _deliver(app)
        assert _states(queued_mail) == [("failed", "smtp-550"), ("sent", None)]

    def test_refused_for_now_it_is_tried_again_after_growing_pauses_and_given_up(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        office.refused["busy@example.org"] = "451 later"
        _queue(app, "busy@example.org")
        moment = now()
        waits: list[timedelta] = []
        for _ in range(len(PAUSES) + 1):
            with time_machine.travel(moment, tick=False):
                _deliver(app)
            (message,) = queued_mail()
            waits.append(message.next_attempt_at - moment)
            moment = max(moment, message.next_attempt_at)
        assert tuple(waits[:-1]) == PAUSES
        assert (message.state, message.attempts) == (MessageState.FAILED, 12)
        assert timedelta(days=1) < sum(PAUSES, timedelta()) < timedelta(days=3)

    def test_one_that_is_refused_for_now_arrives_later(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        office.answers = ["451 come back"]
        _queue(app)
        _deliver(app)
        assert _states(queued_mail) == [("queued", "smtp-451")]
        _deliver(app)
        assert office.received == []
        with time_machine.travel(now() + timedelta(minutes=2)):
            _deliver(app)
        assert _states(queued_mail) == [("sent", None)]

    def test_a_server_that_stalls_holds_up_nothing_for_long(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        app.config["SMTP_TIMEOUT"] = 0.3
        office.stall = 3
        _queue(app, *(f"guest{number}@example.org" for number in range(5)))
        started = time.monotonic()
        _deliver(app)
        assert time.monotonic() - started < 2.5
        assert Counter(_states(queued_mail)) == {("queued", "timeout"): 3, ("queued", None): 2}

    def test_a_line_that_drops_in_mid_message_loses_nothing(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        office.drop_next = 1
        _queue(app, "one@example.org", "two@example.org")
        _deliver(app)
        assert _states(queued_mail) == [("queued", "dropped"), ("sent", None)]
        with time_machine.travel(now() + timedelta(minutes=2)):
            _deliver(app)
        assert [message.state.value for message in queued_mail()] == ["sent", "sent"]
        assert sorted(office.message_ids()) == sorted(message.message_id for message in queued_mail())

    def test_a_line_that_was_closed_while_idle_is_opened_anew_at_once(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        _queue(app, "one@example.org", "two@example.org")
        with app.app_context(), open_transport() as transport:
            first, second = services.claim_next(), services.claim_next()
            assert first is not None
            assert second is not None
            assert transport.send(first).result is Result.SENT
            office.drop_next = 1
            assert transport.send(second).result is Result.SENT
        assert len(office.received) == 2

    def test_while_nobody_answers_messages_wait_and_lose_no_attempt(
        self, app: Flask, queued_mail: Mail
    ) -> None:
        app.config["SMTP_URL"] = "smtp://127.0.0.1:9"
        _queue(app, "one@example.org", "two@example.org")
        _deliver(app)
        assert _states(queued_mail) == [("queued", "unreachable"), ("queued", None)]
        assert [message.attempts for message in queued_mail()] == [0, 0]

    def test_without_a_server_and_debug_off_messages_wait(self, app: Flask, queued_mail: Mail) -> None:
        app.config["DEBUG"] = False
        _queue(app)
        with app.app_context():
            assert not services.is_mail_configured()
            assert services.outgoing_count() == 1
        _deliver(app)
        assert _states(queued_mail) == [("queued", None)]

    def test_words_of_the_server_are_not_kept(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        office.refused["gone@example.org"] = "550 gone@example.org has a private life"
        _queue(app, "gone@example.org")
        _deliver(app)
        assert "private" not in str(vars(queued_mail()[0]))


class TestClaims:
    def test_a_single_message_overtakes_a_bulk(self, app: Flask) -> None:
        with app.app_context():
            event = make_event()
            people = [services.Recipient(f"{number}@example.org", "en") for number in range(3)]
            services.queue_many("event_cancelled", people, event=event)
            services.queue("guest_removed", to="me@example.org", language="en", event=event, role="Mentor")
            message = services.claim_next()
        assert message is not None
        assert message.to_address == "me@example.org"

    def test_what_a_dead_worker_held_comes_due_again_with_the_same_id(self, app: Flask) -> None:
        _queue(app)
        with app.app_context():
            first = services.claim_next()
            assert first is not None
            assert services.claim_next() is None
            with time_machine.travel(now() + timedelta(minutes=4)):
                second = services.claim_next()
            assert second is not None
            assert second.message_id == first.message_id
            services.settle(first, Outcome(Result.TRY_LATER, "timeout"))
            assert services.get_message(first.id).state is MessageState.SENDING
            services.settle(first, Outcome(Result.SENT))
            assert services.get_message(first.id).state is MessageState.SENT

    def test_one_that_workers_die_of_is_given_up(self, app: Flask) -> None:
        _queue(app)
        moment = now()
        with app.app_context():
            claims = 0
            while True:
                with time_machine.travel(moment):
                    if services.claim_next() is None:
                        break
                claims += 1
                moment += timedelta(minutes=4)
            assert claims == 12
            message = db.session.scalar(select(Message))
            assert message is not None
            assert (message.state, message.last_error) == (MessageState.FAILED, "gave-up")

    def test_erasing_a_person_empties_what_was_written_to_them(self, app: Flask, queued_mail: Mail) -> None:
        _queue(app, "Fatou@example.org", "other@example.org")
        with app.app_context():
            services.erase_messages(0, "fatou@EXAMPLE.org")
            db.session.commit()
        gone, other = queued_mail()
        assert (gone.to_address, gone.subject, gone.text, gone.html, gone.secret) == ("", "", "", "", None)
        assert (gone.state, gone.last_error) == (MessageState.FAILED, "erased")
        assert other.state is MessageState.QUEUED
        assert "Speaker" in other.text


WORKER = """
import sys
from contextlib import contextmanager
from datetime import timedelta
import config
from app import create_app
from app.jobs.worker import run_worker

settings = config.load({"DEBUG": "0", "SECRET_KEY": "k" * 40, "DATABASE_URL": sys.argv[1], "SMTP_URL": sys.argv[2],
                        "PUBLIC_URL": "https://apply.example.org"})
run_worker(create_app({**settings.as_config(), "MAIL_LEASE": timedelta(seconds=3)}))
"""


@pytest.mark.committed
class TestKilledWorkers:
    def _start(self, app: Flask) -> "subprocess.Popen[bytes]":
        with app.app_context():
            url = db.engine.url.render_as_string(hide_password=False)
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WORKER, url, app.config["SMTP_URL"]],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": "api"},
            stderr=subprocess.DEVNULL,
        )

    def _wait_until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if is_so():
                return True
            time.sleep(0.05)
        return False

    def _sent(self, app: Flask) -> int:
        with app.app_context():
            return db.session.scalar(select(func.count()).where(Message.state == MessageState.SENT)) or 0

    def test_all_of_a_thousand_messages_arrive_though_workers_are_killed(
        self, app: Flask, smtp: None, office: PostOffice, queued_mail: Mail
    ) -> None:
        """Each at least once; one that comes twice bears the same Message-ID."""
        with app.app_context():
            people = [services.Recipient(f"guest{number}@example.org", "en") for number in range(1000)]
            services.queue_many("event_cancelled", people, event=make_event())
            db.session.commit()
        for marks in (250, 600):
            worker = self._start(app)
            assert self._wait_until(lambda: len(office.received) >= marks, 40)  # noqa: B023
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
        assert len(office.received) < 1000
        time.sleep(3.1)
        started, before = time.monotonic(), len(office.received)
        worker = self._start(app)
        try:
            assert self._wait_until(lambda: self._sent(app) == 1000, 60)
            rate = (len(office.received) - before) / (time.monotonic() - started)
            worker.terminate()
            assert worker.wait(15) == 0
        finally:
            worker.kill()
        arrived = Counter(office.message_ids())
        assert set(arrived) == {message.message_id for message in queued_mail()}
        assert sum(arrived.values()) <= 1002
        assert rate > 50 / 4, "far slower than fifty a second, the start included"
