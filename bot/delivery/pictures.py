"""Pictures of cards: their files, and which messages hold one."""

from contextlib import suppress
from typing import Final, NamedTuple

from bot.cards.cards import Picture
from bot.delivery.platform import Away
from jobs.results import StoredFile
from jobs.store.store import ResultStore

#: Messages remembered. For others the platform's answer tells whether they hold a picture.
MOST: Final = 1000


class PictureFile(NamedTuple):
    """One picture: its name for people, and its bytes."""

    name: str
    content: bytes


async def read_picture(store: ResultStore, picture: Picture) -> PictureFile:
    """A picture to upload. Raises `FileNotFoundError`, and `Away` when the store is out of reach."""
    return PictureFile(picture.name, await _read(store, picture, picture.file))


async def read_pictures(store: ResultStore, picture: Picture | None, cover_bytes: int) -> list[PictureFile]:
    """A picture and the song's cover, as far as the store has them; no cover above `cover_bytes`. Raises `Away`."""
    found: list[PictureFile] = []
    with suppress(FileNotFoundError):
        if picture is not None:
            found.append(await read_picture(store, picture))
            if picture.cover is not None and picture.cover.bytes_ <= cover_bytes:
                content = await _read(store, picture, picture.cover)
                found.append(PictureFile(f"cover.{picture.cover.name.rpartition('.')[2]}", content))
    return found


async def _read(store: ResultStore, picture: Picture, file: StoredFile) -> bytes:
    try:
        async with store.open(picture.track_id, [file]) as folder:
            return (folder / file.name).read_bytes()
    except ConnectionError as why:
        raise Away(repr(why)) from why


class Pictured:
    """Which messages hold a picture, by the platform's ids of chat and message. They keep it for ever."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._holds: dict[tuple[int, int], bool] = {}  # the oldest first

    def note(self, chat_id: int, message_id: int, *, holds: bool) -> None:
        """A message holds a picture, or its picture was refused."""
        self._holds[chat_id, message_id] = holds
        if len(self._holds) > self._most:
            del self._holds[next(iter(self._holds))]

    def holds(self, chat_id: int, message_id: int) -> bool:
        """Whether a message is known to hold a picture."""
        return self._holds.get((chat_id, message_id), False)

    def may_get(self, chat_id: int, message_id: int) -> bool:
        """Whether a message may get a picture: none was added or refused."""
        return (chat_id, message_id) not in self._holds
