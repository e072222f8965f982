"""Files of a delivery, opened from the store for an upload: streamed, never read as a whole."""

from contextlib import AsyncExitStack
from io import BufferedReader
from typing import NamedTuple

from bot.delivery.planning.pieces import Piece
from jobs.store.store import ResultStore


class Opened(NamedTuple):
    """An open file, and its name for people."""

    handle: BufferedReader
    name: str


async def opened(store: ResultStore, piece: Piece, files: AsyncExitStack) -> Opened:
    """A piece's file, open as long as `files`. Raises `FileNotFoundError`."""
    folder = await files.enter_async_context(store.open(piece.track_id, (piece.stored,), piece.rendition))
    return Opened(files.enter_context((folder / piece.stored.name).open("rb")), piece.name)


async def opened_cover(store: ResultStore, piece: Piece, files: AsyncExitStack, most_bytes: int) -> list[Opened]:
    """The cover of a piece's song, open as long as `files`; none if there is none, or none of `most_bytes`."""
    manifest = (await store.read(piece.track_id)).manifest
    cover = manifest.cover if manifest is not None else None
    if cover is None or cover.bytes_ > most_bytes:
        return []
    try:
        folder = await files.enter_async_context(store.open(piece.track_id, (cover,)))
    except FileNotFoundError:
        return []
    extension = cover.name.rpartition(".")[2]
    return [Opened(files.enter_context((folder / cover.name).open("rb")), f"cover.{extension}")]
