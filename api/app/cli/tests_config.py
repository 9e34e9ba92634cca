"""The settings: read, typed, and refused with sentences that say what to do."""

from typing import Any

import config
import pytest
from config import Misconfigured

KEY = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "SECRET_KEY": KEY,
    "DATABASE_URL": "postgresql://u:p@db/marula",
    "PUBLIC_URL": "https://apply.example.org",
}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(Misconfigured) as caught:
        config.load(environ).check_ready_to_serve()
    return str(caught.value)


class TestReading:
    def test_nothing_set_means_production(self) -> None:
        settings = config.load({})
        assert (settings.debug, settings.host, settings.port) == (False, "127.0.0.1", 5000)
        assert (settings.threads, settings.pool_size) == (128, 10)

    @pytest.mark.parametrize(
        ("text", "debug"), [("1", True), ("true", True), ("0", False), ("off", False), ("", False)]
    )
    def test_debug_is_a_switch(self, text: str, debug: bool) -> None:
        assert config.load({"DEBUG": text}).as_config()["DEBUG"] is debug

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_any_spelling_of_a_postgresql_address_will_do(self, scheme: str) -> None:
        found = config.load({"DATABASE_URL": f"{scheme}://u:p@db/x?a=b"}).as_config()
        assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p@db/x?a=b"

    def test_the_address_follows_the_port_with_debug(self) -> None:
        assert config.load({"DEBUG": "1", "PORT": "5099"}).public_url == "http://localhost:5099"

    def test_it_answers_to_the_name_in_its_address(self) -> None:
        assert config.load(PRODUCTION).allowed_hosts == ("apply.example.org",)
        assert "localhost" in config.load({"DEBUG": "1"}).allowed_hosts
        assert config.load({**PRODUCTION, "ALLOWED_HOSTS": "a.org, b.org"}).allowed_hosts == (
            "a.org",
            "b.org",
        )

    def test_cookies_are_secure_where_the_address_is(self) -> None:
        assert config.load(PRODUCTION).as_config()["SECURE_COOKIES"] is True
        assert config.load({"DEBUG": "1"}).as_config()["SECURE_COOKIES"] is False

    def test_lists_are_lists(self) -> None:
        settings = config.load({"SECRET_KEY_FALLBACKS": f"{KEY} {KEY}2", "TRUSTED_PROXIES": "10.0.0.0/8,::1"})
        assert settings.as_config()["SECRET_KEY_FALLBACKS"] == [KEY, f"{KEY}2"]
        assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("DEBUG", "maybe", "1 or 0"),
            ("PORT", "99999", "between 1 and 65535"),
            ("PORT", "http", "between 1 and 65535"),
            ("DATABASE_URL", "mysql://x/y", "PostgreSQL"),
            ("DATABASE_URL", "just words", "PostgreSQL"),
            ("PUBLIC_URL", "apply.example.org", "web address"),
            ("TRUSTED_PROXIES", "everyone", "addresses or networks"),
            ("SMTP_URL", "mail.example.org", "smtp://"),
            ("MAIL_FROM", "Us <us@example.org>", "plain e-mail address"),
            ("BODY_LIMIT", "0", "above 0"),
            ("LOG_LEVEL", "LOUD", "one of"),
        ],
    )
    def test_a_value_that_cannot_be_read_is_named_with_what_it_should_be(
        self, name: str, value: str, words: str
    ) -> None:
        message = refusal({"DEBUG": "1", name: value})
        assert message.startswith(name)
        assert words in message

    def test_all_problems_are_told_at_once(self) -> None:
        assert len(refusal({"PORT": "x", "LOG_LEVEL": "x"}).splitlines()) == 2
        assert [line.split()[0] for line in refusal({}).splitlines()] == [
            "DATABASE_URL",
            "SECRET_KEY",
            "PUBLIC_URL",
        ]

    def test_production_needs_a_long_key(self) -> None:
        assert "at least 32 bytes" in refusal({**PRODUCTION, "SECRET_KEY": "x" * 31})
        assert "at least 32 bytes" in refusal({**PRODUCTION, "SECRET_KEY_FALLBACKS": "short"})
        config.load({**PRODUCTION, "SECRET_KEY": "é" * 16}).check_ready_to_serve()

    def test_production_needs_https(self) -> None:
        assert "https://" in refusal({**PRODUCTION, "PUBLIC_URL": "http://apply.example.org"})
        config.load({**PRODUCTION, "PUBLIC_URL": "http://localhost:5000"}).check_ready_to_serve()

    def test_with_debug_any_key_will_do_but_there_must_be_one(self) -> None:
        environ = {"DEBUG": "1", "DATABASE_URL": "postgresql://x/y"}
        assert refusal(environ).startswith("SECRET_KEY")
        config.load({**environ, "SECRET_KEY": "dev"}).check_ready_to_serve()

    def test_a_whole_production_is_not_refused(self) -> None:
        settings: Any = config.load(PRODUCTION)
        settings.check_ready_to_serve()
        assert settings.as_config()["DEBUG"] is False
