"""Batches of songs sent together that exceed a limit: the queued ones, those that wait for a tap, the refused ones.

Kept in Redis for a day, so that the button under a batch's message works after a restart too. Writes are idempotent,
since an update may be delivered twice.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card
from bot.texts import say
from jobs.models import Request, Value
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import Changed, Redis, answer
from jobs.queue.views import text

#: Why a file of a batch is refused: too large to fetch, or no audio or video.
LeftOut = Literal["large", "other"]

_KINDS: Final[tuple[LeftOut, ...]] = ("large", "other")


class Batch(Value):
    """Messages sent together: their sender, and the address for answers."""

    id: str
    chat: str
    asker: str
    address: str
    language: str


class Leftover(Value):
    """The state of a batch. `why`: the sentence on the limit that it exceeds; `card`: the message about it; `face`: a
    digest of the message's content after its last edit."""

    batch: Batch
    started: int = 0
    waiting: tuple[Request, ...] = ()
    away: tuple[LeftOut, ...] = ()
    why: str = ""
    card: str = ""
    face: str = ""

    @property
    def is_worth_telling(self) -> bool:
        return bool(self.waiting or self.away or self.card)


def batch_id(chat: str, asker: str, together: str) -> str:
    """A batch's id, the same for repeated messages. `together`: the common key of its messages."""
    return hashlib.sha256(f"{chat}|{asker}|{together}".encode()).hexdigest()[:16]


class Leftovers:
    """Storage of the batches."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def started(self, batch: Batch, *requests: Request) -> None:
        """Note these requests as queued."""
        if requests:
            await self._note(batch, {_song(request): "" for request in requests})

    async def hold_back(self, batch: Batch, *requests: Request, why: str) -> None:
        """Keep these requests, which do not fit now, for a later start."""
        await self._note(batch, {_song(request): request.model_dump_json() for request in requests} | {"why": why})

    async def leave_out(self, batch: Batch, what: str, away: LeftOut) -> None:
        """Note a refused file. `what`: the id of its request, if there is one, or of its message."""
        await self._note(batch, {f"away:{what}": away})
        await answer(self._redis.hdel(keys.leftover(batch.id), f"song:{what}"))

    async def note_card(self, batch: Batch, card: str, face: str) -> None:
        """Note the message about the batch."""
        await self._note(batch, {"card": card, "face": face})

    async def read(self, id_: str) -> Leftover | None:
        """The state of a batch; None if it is unknown or expired."""
        stored = await answer(self._redis.hgetall(keys.leftover(id_)))
        noted = {text(name): text(value) for name, value in stored.items()}
        batch = parse_stored(Batch, noted.get("about"))
        if batch is None:
            return None
        songs = [value for name, value in noted.items() if name.startswith("song:")]
        waiting = [request for song in songs if song and (request := parse_stored(Request, song))]
        away = [kind for name, value in noted.items() if name.startswith("away:") for kind in _KINDS if kind == value]
        return Leftover(
            batch=batch,
            started=songs.count(""),
            waiting=tuple(sorted(waiting, key=lambda request: request.created_at)),
            away=tuple(away),
            why=noted.get("why", ""),
            card=noted.get("card", ""),
            face=noted.get("face", ""),
        )

    async def move(self, old: str, new: str, address_there: Callable[[str], str]) -> list[str]:
        """Move a group's batches to its new name. `address_there`: an old address → the new one.

        Returns the batches that need a new message there: the old messages cannot be edited.
        """
        moved = []
        # A scan over all chats is acceptable: a group moves once.
        async for key in self._redis.scan_iter(keys.leftover("*"), count=1000):
            id_ = text(key).rpartition(":")[2]
            with suppress(Changed):  # Telegram reports a move twice at once: the other call moves it
                if await self._moved(id_, old, new, address_there):
                    moved.append(id_)
        return moved

    async def _moved(self, id_: str, old: str, new: str, address_there: Callable[[str], str]) -> bool:
        """Move one batch. True if it was the group's, and has waiting songs. Raises `Changed`."""
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(keys.leftover(id_))
            known = await self.read(id_)
            if known is None or known.batch.chat != old:
                return False
            there = {"chat": new, "address": address_there(known.batch.address)}
            fields = {"about": known.batch.model_copy(update=there).model_dump_json(), "card": "", "face": ""}
            for request in known.waiting:
                elsewhere = {"chat": new, "address": address_there(request.address)}
                fields[_song(request)] = request.model_copy(update=elsewhere).model_dump_json()
            pipe.multi()  # type: ignore[no-untyped-call]  # the library has no types there
            pipe.hset(keys.leftover(id_), mapping=dict(fields))
            await pipe.execute()
        return bool(known.waiting)

    async def _note(self, batch: Batch, fields: dict[str, str]) -> None:
        key = keys.leftover(batch.id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(key, "about", batch.model_dump_json())  # the first message's address is kept
            pipe.hset(key, mapping=dict(fields))
            pipe.expire(key, keys.KEEP_LEFTOVER)
            await pipe.execute()


def leftover_card(left: Leftover, *, limit: str) -> Card:
    """The card of a batch. `limit`: the largest accepted file, in words."""
    language, waits, lines = left.batch.language, len(left.waiting), []
    if waits:
        sentences = [left.why, say(language, "leftover-how")]
        if left.started:
            sentences.insert(0, say(language, "leftover-some", done=left.started, count=left.started + waits))
        elif waits > 1:
            sentences.insert(0, say(language, "leftover-none", count=waits))
        lines.append(" ".join(sentences))
    elif left.started:
        lines.append(say(language, "leftover-all", count=left.started))
    if large := left.away.count("large"):
        lines.append(say(language, "leftover-large", count=large, limit=limit))
    if other := left.away.count("other"):
        lines.append(say(language, "leftover-other", count=other))
    label = say(language, "leftover-start-others" if left.started else "leftover-start")
    buttons = ((Button(label=label, action=Action(verb=Verb.LATER, target=left.batch.id).text),),) if waits else ()
    return Card(text="\n".join(lines), buttons=buttons)


def _song(request: Request) -> str:
    return f"song:{request.id}"
