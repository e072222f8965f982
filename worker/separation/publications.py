"""Who published a model's weights, under which licence, and where they are. Each family has a table of its own."""

from typing import NamedTuple


class PublishedFile(NamedTuple):
    """A file at its publisher's. `sha256`: its SHA-256 in hex, or the beginning of it, as far as it was published."""

    url: str
    sha256: str


class Publication(NamedTuple):
    """The weights of one model. `megabytes`: to fetch, about. `sources` are tried in order."""

    licence: str
    credit: str
    megabytes: int
    sources: tuple[PublishedFile, ...]
    note: str = ""
