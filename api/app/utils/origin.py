"""Where a request comes from: through which door, and from where on the net, as coarsely as is useful."""

from ipaddress import ip_address, ip_network

from flask import has_request_context, request


def is_api() -> bool:
    """Whether this request came through the API's door."""
    return request.path.startswith("/api/")


def current_network() -> str | None:
    """The network of the person at the door (/24, or /48 of IPv6): enough to tell places apart, not people."""
    return network_of(request.remote_addr, 48) if has_request_context() else None


def network_of(text: str | None, ipv6_bits: int) -> str | None:
    """The /24 of an address, or the `ipv6_bits` of one of IPv6; None when it is none."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else ipv6_bits), strict=False))
