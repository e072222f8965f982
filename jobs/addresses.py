"""Addresses in settings: what one looks like, and whether it leads out of this machine's own networks."""

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import urlsplit

#: Names that no public name server answers for: RFC 6761, 6762, 8375, ICANN's `.internal`, and what home routers use.
_OWN_DOMAINS: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_ONE_LABEL: Final = re.compile(r"[A-Za-z0-9_-]+")  # of a host in the same network, as a container's


def is_address(url: str, *schemes: str) -> bool:
    """Whether `url` has one of `schemes`, and a number as its port, if it has one.

    What `urlsplit` says of others may be part of a password.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes


def leaves_network(url: str) -> bool:
    """Whether what is sent to `url` passes networks of others: it is neither on this machine nor in a private network.

    Decided by the address alone; no name server is asked, since its answer may be another one later.
    """
    host = urlsplit(url).hostname or ""
    number = _number(host)
    if number is not None:
        return number.is_global
    return not (_ONE_LABEL.fullmatch(host) or host.endswith(_OWN_DOMAINS))


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that `host` is, in any of the spellings that a resolver takes; None for a name."""
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))  # 134744072, 0x8.8.8.8 and the like
        except (OSError, UnicodeEncodeError):
            return None
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return mapped or number
