"""Repertoires: the songs that a chat got, as short notes, so that they can be found again by artist and title.

The files themselves are in `jobs.queue.sent_files`. A note is kept for half a year after its last delivery.
"""

import hashlib
import time
from collections.abc import Collection
from typing import Final, NamedTuple

from jobs.models import TrackId, Value
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

#: Deliveries kept of a chat, and chats of a person; the oldest are removed.
MOST: Final = 200
MOST_CHATS: Final = 20


class GivenFile(Value):
    """One file: its key among the sent files, and its name for people."""

    key: str
    name: str


class Given(Value):
    """One delivery of a song in a chat. `asker`: the person who asked for it; `at`: seconds since the epoch."""

    track_id: TrackId
    artist: str = ""
    title: str
    asker: str
    at: float
    files: tuple[GivenFile, ...]

    @property
    def id(self) -> str:
        """The same for a repeated delivery of the same files."""
        return hashlib.sha256("|".join(file.key for file in self.files).encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """Artist, title, and the names of all files."""
        return " ".join([self.artist, self.title, *(file.name for file in self.files)])


class Note(NamedTuple):
    """A stored note. `at`: seconds since the epoch. `words`: what it is found by. `given`: JSON, parsed when needed."""

    at: float
    words: str
    given: str

    @classmethod
    def of(cls, stored: bytes) -> "Note | None":
        at, _, rest = text(stored).partition("\n")
        words, _, given = rest.partition("\n")
        try:
            return cls(float(at), words, given)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.at}\n{self.words}\n{self.given}"

    def read(self) -> Given | None:
        return parse_stored(Given, self.given)


class Repertoires:
    """The repertoires of all chats."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, chat: str, given: Given, words: str) -> None:
        """Notes a delivery, and that its asker asks in this chat. Removes what is too old or too much.

        `words`: what it is found by, on one line.
        """
        note = Note(given.at, " ".join(words.split()), given.model_dump_json())
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.repertoire(chat), given.id, str(note))
            pipe.expire(keys.repertoire(chat), keys.KEEP_SENT)
            pipe.zadd(keys.asks_in(given.asker), {chat: given.at})
            pipe.zremrangebyrank(keys.asks_in(given.asker), 0, -MOST_CHATS - 1)
            pipe.expire(keys.asks_in(given.asker), keys.KEEP_SENT)
            await pipe.execute()
        notes = await self._notes(chat)
        kept = _newest(notes.values(), given.at)
        if gone := [field for field, one in notes.items() if one not in kept]:
            await answer(self._redis.hdel(keys.repertoire(chat), *gone))

    async def chats(self, person: str) -> list[str]:
        """The chats in which a person asked for songs that were delivered, the latest first."""
        return [text(chat) for chat in await answer(self._redis.zrevrange(keys.asks_in(person), 0, -1))]

    async def of(self, chat: str) -> list[Note]:
        """The deliveries in a chat, the newest first."""
        return _newest((await self._notes(chat)).values(), time.time())

    async def forget(self, chat: str, tracks: Collection[str]) -> None:
        """Removes the deliveries of these tracks in a chat."""
        gone = []
        for field, note in (await self._notes(chat)).items():
            given = note.read() if note is not None else None
            if given is not None and given.track_id in tracks:
                gone.append(field)
        if gone:
            await answer(self._redis.hdel(keys.repertoire(chat), *gone))

    async def move(self, old: str, new: str) -> None:
        """Gives a chat's repertoire its new name. Idempotent, also after an interruption."""
        for note in (await self._notes(old)).values():
            if note is not None and (given := note.read()) is not None:
                await self.add(new, given, note.words)
                await answer(self._redis.zrem(keys.asks_in(given.asker), old))
        await self._redis.delete(keys.repertoire(old))

    async def _notes(self, chat: str) -> dict[str, Note | None]:
        stored = await answer(self._redis.hgetall(keys.repertoire(chat)))
        return {text(field): Note.of(note) for field, note in stored.items()}


def _newest(notes: Collection[Note | None], now: float) -> list[Note]:
    """Those that are kept, the newest first. `now`: seconds since the epoch."""
    young = [note for note in notes if note is not None and note.at > now - keys.KEEP_SENT]
    return sorted(young, key=lambda note: note.at, reverse=True)[:MOST]
