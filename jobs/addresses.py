"""Addresses in settings: validation, and whether an address is outside of the machine's own networks."""

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import urlsplit

#: Domains without public name servers: RFC 6761, 6762, 8375, ICANN's `.internal`, and `.lan` of home routers.
_OWN_DOMAINS: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_ONE_LABEL: Final = re.compile(r"[A-Za-z0-9_-]+")  # a host in the same network, such as a container


def is_address(url: str, *schemes: str) -> bool:
    """Whether `url` has one of `schemes`, and a number as its port, if it has one.

    In other URLs, a part found by `urlsplit` may belong to a password.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes


def leaves_network(url: str) -> bool:
    """Whether data sent to `url` leaves: the host is neither this machine nor in a private network.

    Decided by the address alone; an answer of a name server may change later.
    """
    host = urlsplit(url).hostname or ""
    number = _number(host)
    if number is not None:
        return number.is_global
    return not (_ONE_LABEL.fullmatch(host) or host.endswith(_OWN_DOMAINS))


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """`host` as an IP address, in any spelling that a resolver accepts; None for a name."""
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))  # such as 134744072 and 0x8.8.8.8
        except (OSError, UnicodeEncodeError):
            return None
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return mapped or number
