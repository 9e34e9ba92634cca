"""Where a request comes from: through which door, and from where on the net, as coarsely as is useful."""

from ipaddress import ip_address, ip_network

from flask import has_request_context, request


def is_api() -> bool:
    """Whether this request came through the API's door."""
    return request.path.startswith("/api/")


def current_network() -> str | None:
    """The network of the person at the door (/24, or /48 of IPv6): enough to tell places apart, not people."""
    if not has_request_context() or not request.remote_addr:
        return None
    try:
        address = ip_address(request.remote_addr)
    except ValueError:
        return None
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))
