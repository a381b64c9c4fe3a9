"""Where a request comes from, trusting proxies only as far as TRUSTED_PROXIES says."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import has_request_context, request

# Whoever controls one address of such a network controls all of them.
IPV6_BITS = 64


def client_address() -> str | None:
    """The address of the browser. None if it is unknown or on the command line."""
    found = parsed((request.remote_addr or "") if has_request_context() else "")
    return str(found) if found is not None else None


def parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Ignores a zone and a port, which some proxies add. An IPv4 address mapped into IPv6 is returned as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network(address: str | None) -> str:
    """The network that stands for one client: an IPv4 address or an IPv6 /64. All unknown addresses count as one."""
    found = parsed(address or "")
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_BITS), strict=False))
    return str(found) if found is not None else ""
