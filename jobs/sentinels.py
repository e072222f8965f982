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
    parts = urlsplit(url)
    service, _, database = unquote(parts.path.strip("/")).partition("/")
    options = dict(parse_qsl(parts.query))
    at = parts.netloc.rpartition("@")[2]
    if not (is_sentinel(url) and service and at and (database or "0").isdigit() and options.keys() <= set(OPTIONS)):
        raise ValueError(f"must name hosts and a service, as {EXAMPLE}")
    return Sentinels(
        hosts=tuple(_host(one) for one in at.split(",")),
        service=service,
        database=int(database or 0),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme.startswith("rediss"),
        options=options,
    )


def _host(given: str) -> tuple[str, int]:
    parts = urlsplit(f"//{given}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number
        host, port = None, None
    if not host:
        raise ValueError(f"must name hosts and a service, as {EXAMPLE}")
    return host, port or PORT
