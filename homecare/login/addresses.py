"""Where a request comes from, as far as TRUSTED_PROXIES lets anybody say so."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import has_request_context, request

# Whoever has one address of such a network has all of them.
IPV6_BITS = 64


def client_address() -> str | None:
    """The address of the browser; None where it is not known, or on the command line."""
    found = parsed((request.remote_addr or "") if has_request_context() else "")
    return str(found) if found is not None else None


def parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Without its zone and a port, which some proxies add, and an IPv4 address written as IPv6 as what it is."""
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
    """What one client can be told apart by: an IPv4 address, or 64 bits of IPv6. Unknown addresses are one."""
    found = parsed(address or "")
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_BITS), strict=False))
    return str(found) if found is not None else ""
