"""Who really asks, and under which of our names: forwarded headers and the Host header."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

from flask import Flask, current_app, request

from app.utils.errors import Invalid
from app.utils.i18n import _

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Network = IPv4Network | IPv6Network
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
# Probes of an orchestrator call by address, before any name points here.
ANY_HOST = ("/healthz", "/readyz")


def install(app: Flask) -> None:
    """Believe forwarded headers only from `TRUSTED_PROXIES`, and answer only to `ALLOWED_HOSTS`."""
    app.wsgi_app = TrustedProxies(app.wsgi_app, app.config["TRUSTED_PROXIES"])  # type: ignore[method-assign]
    app.before_request(_check_host)


class TrustedProxies:
    """Middleware: the caller's address and scheme as the proxies in `networks` tell them; nobody else is believed."""

    def __init__(self, application: Callable[..., Iterable[bytes]], networks: Sequence[Network]) -> None:
        self.application = application
        self.networks = networks

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        forwarded = {name: environ.pop(name, "") for name in FORWARDED}
        if self.networks and self._trusts(environ.get("REMOTE_ADDR", "")):
            environ["marula.trusted_proxy"] = True
            self._believe(environ, forwarded)
        return self.application(environ, start_response)

    def _believe(self, environ: "WSGIEnvironment", forwarded: dict[str, str]) -> None:
        """Take the nearest address that is not a proxy of ours: everything to its left may be made up."""
        for hop in reversed(forwarded["HTTP_X_FORWARDED_FOR"].split(",")):
            address = _read_address(hop)
            if address is None:
                break
            environ["REMOTE_ADDR"] = address
            if not self._trusts(address):
                break
        scheme = forwarded["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip().lower()
        if scheme in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme

    def _trusts(self, address: str) -> bool:
        found = _read_address(address)
        return found is not None and any(ip_address(found) in network for network in self.networks)


def _read_address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip().strip("[]")))
    except ValueError:
        return None


def _check_host() -> None:
    if request.path in ANY_HOST:
        return
    parts = HOST.fullmatch(request.headers.get("Host", ""))
    if parts is None or parts["name"].lower() not in current_app.config["ALLOWED_HOSTS"]:
        raise Invalid(_("We do not answer under this name. Use the address that your link shows."))
