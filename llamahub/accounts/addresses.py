"""Where a request comes from: exactly, for counting, and coarsely, for keeping."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> Address | None:
    """The address of whoever sent the request; None where there is none, as on a Unix socket.

    ``X-Forwarded-For`` is anybody’s to write, so it is read from its end and only as far as the proxies reach that the
    setting TRUSTED_PROXIES names: each has added the address that it was called from.
    """
    address = _parse(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while address is not None and _is_proxy(address) and hops:
        hop = _parse(hops.pop())
        if hop is None:
            break
        address = hop
    return address


def one_home(address: Address | None) -> str:
    """What is counted as one place: an IPv4 address, or the /64 that one household or host has of IPv6."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or "unknown")


def coarse(address: Address | None) -> str:
    """Enough to tell places apart, too little to find a person: “203.0.113.0/24”, “2001:db8:1::/48”."""
    if address is None:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _is_proxy(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    # A server that listens on IPv6 writes IPv4 addresses as ::ffff:203.0.113.7.
    return getattr(address, "ipv4_mapped", None) or address
