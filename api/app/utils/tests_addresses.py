"""E-mail addresses: what we take, when two are the same, and where the mail goes."""

import pytest

from app.utils.addresses import address_key, normal_address, wire_address


class TestWhatWeTake:
    @pytest.mark.parametrize(
        "text",
        [
            "ad\u202emin@example.org",  # reads backwards
            "\u200badmin@example.org",  # a blank that nobody sees
            "a@ex\u00adample.org",
            "a\n@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "<a@example.org>",
            '"a b"@example.org',
            "a@[127.0.0.1]",
            "a@localhost",
            "a@xn--zzzzzz.example",
            "a@example.org, b@example.org",
            "",
        ],
    )
    def test_one_plain_address_and_no_tricks(self, text: str) -> None:
        with pytest.raises(ValueError, match="does not look like"):
            normal_address(text)

    def test_is_written_in_one_way(self) -> None:
        assert normal_address("  Ada@EXAMPLE.org ") == "Ada@example.org"
        assert normal_address("e\u0301ve@example.org") == "\u00e9ve@example.org"
        assert normal_address("a@xn--strae-oqa.example") == "a@straße.example"


class TestTheSame:
    def test_whatever_the_case(self) -> None:
        assert address_key("ADA@Example.ORG") == address_key("ada@example.org")
        assert address_key("E\u0301ve@example.org") == address_key("\u00e9ve@example.org")

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("a@straße.example", "a@strasse.example"),
            ("strauß@example.org", "strauss@example.org"),
            ("ﬁona@example.org", "fiona@example.org"),
            ("ada@example.org", "аda@example.org"),  # a Cyrillic а
            ("iris@example.org", "ırıs@example.org"),
        ],
    )
    def test_never_two_peoples_mailboxes(self, one: str, other: str) -> None:
        assert address_key(one) != address_key(other)


class TestTheWayThere:
    def test_is_that_of_the_domain_that_was_given(self) -> None:
        assert wire_address("a@straße.example") == "a@xn--strae-oqa.example"
        assert wire_address("Ada@bücher.example") == "Ada@xn--bcher-kva.example"
        assert wire_address("éve@example.org") == "éve@example.org"
        assert wire_address("no address") == "no address"
