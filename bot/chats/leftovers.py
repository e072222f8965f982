"""Songs that somebody sent together, when not all of them fit: those in line, those that wait for a tap, the others.

Kept in Redis for a day, so that the button under the one message about them works after a restart too. What is written
twice, as after an update that came again, counts once.
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

#: Why a file of several is left out for good: too large to fetch, too long for a day's minutes, no audio or video.
LeftOut = Literal["large", "other"]

_KINDS: Final[tuple[LeftOut, ...]] = ("large", "other")


class Batch(Value):
    """What was sent together: by whom, and where to answer."""

    id: str
    chat: str
    asker: str
    address: str
    language: str


class Leftover(Value):
    """How a batch stands. `why`: the sentence on why not all of it is in line; `card`: the message that says so;
    `face`: a digest of what that showed when it was sent or edited last."""

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
    """The same whenever the same things arrive. `together`: what they have in common."""
    return hashlib.sha256(f"{chat}|{asker}|{together}".encode()).hexdigest()[:16]


class Leftovers:
    """How all batches stand."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def started(self, batch: Batch, *requests: Request) -> None:
        """These are in line now."""
        if requests:
            await self._note(batch, {_song(request): "" for request in requests})

    async def hold_back(self, batch: Batch, *requests: Request, why: str) -> None:
        """These do not fit now, and may be started later."""
        await self._note(batch, {_song(request): request.model_dump_json() for request in requests} | {"why": why})

    async def leave_out(self, batch: Batch, what: str, away: LeftOut) -> None:
        """A file will not be taken. `what`: its request, if there is one, or its message."""
        await self._note(batch, {f"away:{what}": away})
        await answer(self._redis.hdel(keys.leftover(batch.id), f"song:{what}"))

    async def note_card(self, batch: Batch, card: str, face: str) -> None:
        """This message shows how the batch stands."""
        await self._note(batch, {"card": card, "face": face})

    async def read(self, id_: str) -> Leftover | None:
        """How a batch stands; None when it is not known (any more)."""
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
        """A group has another name now. `address_there`: an address in it → the same in the new one.

        Returns the batches to be told of there: the messages of before, and their buttons, are out of reach.
        """
        moved = []
        # Through those of all chats: groups change once in their lives.
        async for key in self._redis.scan_iter(keys.leftover("*"), count=1000):
            id_ = text(key).rpartition(":")[2]
            with suppress(Changed):  # Telegram tells twice, at once: the other one moves it
                if await self._moved(id_, old, new, address_there):
                    moved.append(id_)
        return moved

    async def _moved(self, id_: str, old: str, new: str, address_there: Callable[[str], str]) -> bool:
        """Whether the batch was of the group, and has something to offer. Raises `Changed`."""
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
            pipe.hsetnx(key, "about", batch.model_dump_json())  # the answer stays where the first one asked for it
            pipe.hset(key, mapping=dict(fields))
            pipe.expire(key, keys.KEEP_LEFTOVER)
            await pipe.execute()


def leftover_card(left: Leftover, *, limit: str) -> Card:
    """What the message about a batch shows. `limit`: of a file's size, in words."""
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
