"""Addresses of a queue behind Sentinel: `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/SERVICE/DATABASE`."""

from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES: Final = ("redis+sentinel", "rediss+sentinel")
PORT: Final = 26379
#: What may follow `?`: for Sentinel itself, and for TLS.
OPTIONS: Final = ("sentinel_username", "sentinel_password", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile")

EXAMPLE: Final = "redis+sentinel://:password@one:26379,two:26379/mymaster/0"


class Sentinels(NamedTuple):
    """Who tells where the queue's server is. `options`: those of `OPTIONS` that are given."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int
    username: str | None
    password: str | None
    tls: bool
    options: dict[str, str]


def is_sentinel(url: str) -> bool:
    return url.partition("://")[0] in SCHEMES


def parse_sentinels(url: str) -> Sentinels:
    """The parts of such an address. Raises `ValueError` with a sentence that repeats none of it."""
    # Not by `urlsplit` as a whole: from Python 3.14 on it refuses `[::1]` among several hosts.
    scheme, _, rest = url.partition("://")
    places, _, query = rest.partition("?")
    username, password, at = _credentials(places)
    service, _, database = unquote(places.partition("/")[2].strip("/")).partition("/")
    options = dict(parse_qsl(query))
    if not (is_sentinel(url) and service and at and (database or "0").isdigit() and options.keys() <= set(OPTIONS)):
        raise ValueError(f"must name hosts and a service, as {EXAMPLE}")
    return Sentinels(
        hosts=tuple(_host(one) for one in at.split(",")),
        service=service,
        database=int(database or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=scheme.startswith("rediss"),
        options=options,
    )


def passwords_of(url: str) -> set[str]:
    """The queue's and the Sentinels' passwords in such an address, as they are written there and as they are."""
    places, _, query = url.partition("://")[2].partition("?")
    _, written, _ = _credentials(places)
    return {written, unquote(written), dict(parse_qsl(query)).get("sentinel_password", "")} - {""}


def _credentials(places: str) -> tuple[str, str, str]:
    """User name and password as they are written, and the hosts."""
    credentials, _, hosts = places.partition("/")[0].rpartition("@")
    username, _, password = credentials.partition(":")
    return username, password, hosts


def _host(given: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{given}")
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number, or brackets around no address
        host, port = None, None
    if not host:
        raise ValueError(f"must name hosts and a service, as {EXAMPLE}")
    return host, port or PORT
