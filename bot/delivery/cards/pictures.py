"""Pictures of cards: their files, and which messages hold one."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NamedTuple

from bot.cards.cards import Picture
from bot.delivery.platform import Away, Refused, TooLarge
from jobs.models import Rendition
from jobs.results import StoredFile
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

#: Messages remembered. For others the platform's answer tells whether they hold a picture.
MOST: Final = 1000


class PictureFile(NamedTuple):
    """One picture: its name for people, and its bytes."""

    name: str
    content: bytes


async def read_picture(store: ResultStore, picture: Picture) -> PictureFile:
    """A picture to upload. Raises `FileNotFoundError`, and `Away` when the store is out of reach."""
    return PictureFile(picture.name, await _read(store, picture, picture.file, picture.rendition))


async def read_cover(store: ResultStore, picture: Picture, most_bytes: int) -> list[PictureFile]:
    """The song's cover, if there is one of at most `most_bytes`. Raises `Away`."""
    cover = picture.cover
    if cover is None or cover.bytes_ > most_bytes:
        return []
    with suppress(FileNotFoundError):
        return [PictureFile(f"cover.{cover.name.rpartition('.')[2]}", await _read(store, picture, cover))]
    return []


async def _read(store: ResultStore, picture: Picture, file: StoredFile, rendition: Rendition | None = None) -> bytes:
    try:
        async with store.open(picture.track_id, [file], rendition) as folder:
            return (folder / file.name).read_bytes()
    except ConnectionError as why:
        raise Away(repr(why)) from why


class Pictured:
    """Which messages hold a picture, by the platform's ids of chat and message. They keep it for ever."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._holds: dict[tuple[int, int], bool] = {}  # the oldest first; False: its picture was refused

    def note(self, chat_id: int, message_id: int, *, holds: bool = True) -> None:
        """A message holds a picture, or its picture was refused."""
        self._holds[chat_id, message_id] = holds
        if len(self._holds) > self._most:
            del self._holds[next(iter(self._holds))]

    def holds(self, chat_id: int, message_id: int) -> bool:
        """Whether a message is known to hold a picture."""
        return self._holds.get((chat_id, message_id), False)

    async def add_to(self, chat_id: int, message_id: int, edit: Callable[[], Awaitable[None]]) -> bool:
        """Make an edit that adds a picture to a message, unless one was added or refused before.

        False when there was no edit. `edit` raises `FileNotFoundError`, which counts as a refusal, and `Trouble`.
        """
        if (chat_id, message_id) in self._holds:
            return False
        try:
            await edit()
        except (Refused, TooLarge, FileNotFoundError) as why:
            log.warning("message %d gets no picture: %r", message_id, why)
            self.note(chat_id, message_id, holds=False)
            return False
        self.note(chat_id, message_id)
        return True
