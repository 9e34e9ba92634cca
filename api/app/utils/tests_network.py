"""Forwarded headers are believed from proxies we know, and only our own names are answered to."""

from ipaddress import ip_network
from typing import Any

import pytest
from flask import Flask

from app.utils.network import TrustedProxies
from app.utils.origin import network_of
from app.utils.testing import Client

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def pass_through(proxies: list[Any], **environ: str) -> dict[str, Any]:
    seen: dict[str, Any] = {"wsgi.url_scheme": "http", "REMOTE_ADDR": "10.0.0.1", **environ}

    def application(given: dict[str, Any], _start: Any) -> list[bytes]:
        seen.update(given)
        return []

    TrustedProxies(application, proxies)(seen, lambda *_: None)
    return seen


class TestForwardedHeaders:
    def test_without_proxies_nothing_is_believed_and_nothing_passed_on(self) -> None:
        seen = pass_through([], HTTP_X_FORWARDED_FOR="1.2.3.4", HTTP_X_FORWARDED_PROTO="https")
        assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("10.0.0.1", "http")
        assert "HTTP_X_FORWARDED_FOR" not in seen

    def test_a_stranger_cannot_forge_an_address(self) -> None:
        seen = pass_through(PROXIES, REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR="1.2.3.4")
        assert seen["REMOTE_ADDR"] == "192.0.2.9"

    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            ("1.2.3.4", "1.2.3.4"),
            ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("6.6.6.6, 1.2.3.4, 10.2.3.4", "1.2.3.4"),
            ("nonsense, 10.2.3.4", "10.2.3.4"),
            ("", "10.0.0.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
        ],
    )
    def test_the_nearest_address_that_is_no_proxy_counts(self, forwarded: str, address: str) -> None:
        assert pass_through(PROXIES, HTTP_X_FORWARDED_FOR=forwarded)["REMOTE_ADDR"] == address

    def test_a_proxy_says_that_the_browser_came_by_https(self) -> None:
        assert pass_through(PROXIES, HTTP_X_FORWARDED_PROTO="https")["wsgi.url_scheme"] == "https"
        assert pass_through(PROXIES, HTTP_X_FORWARDED_PROTO="gopher")["wsgi.url_scheme"] == "http"


class TestHosts:
    @pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"])
    def test_our_own_names_are_answered_to(self, anonymous: Client, host: str) -> None:
        assert anonymous.get("/api/v1/openapi.json", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", ""])
    def test_other_names_are_not(self, anonymous: Client, host: str) -> None:
        response = anonymous.get("/api/v1/openapi.json", headers={"Host": host})
        assert response.status_code == 400

    def test_probes_may_call_by_address(self, anonymous: Client) -> None:
        assert anonymous.get("/healthz", headers={"Host": "10.1.2.3:5000"}).status_code == 200

    def test_an_installation_answers_to_its_own_name(self, app: Flask, anonymous: Client) -> None:
        app.config["ALLOWED_HOSTS"] = ("apply.example.org",)
        good = anonymous.get("/api/v1/openapi.json", headers={"Host": "apply.example.org"})
        bad = anonymous.get("/api/v1/openapi.json", headers={"Host": "localhost"})
        assert (good.status_code, bad.status_code) == (200, 400)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", None),
        ("unix:", None),
    ],
)
def test_a_network_tells_places_apart_not_people(address: str, network: str | None) -> None:
    assert network_of(address, 48) == network
