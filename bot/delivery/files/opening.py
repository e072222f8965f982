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
