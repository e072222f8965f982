"""Songs that somebody sent together, when not all of them fit: those in line, those that wait for a tap, the others.

Kept in Redis for a day, so that the button under the one message about them works after a restart too. What is written
twice, as after an update that came again, counts once.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal

from arq.connections import ArqRedis
from redis.exceptions import WatchError

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card
from bot.texts import say
from jobs.models import Request, Value
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.views import text

#: Why a file of several is left out for good: too large to fetch, too long for a day's minutes, no audio or video.
LeftOut = Literal["large", "long", "other"]

_KINDS: Final[tuple[LeftOut, ...]] = ("large", "long", "other")


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


async def note_started(redis: ArqRedis, batch: Batch, *requests: Request) -> None:
    """These are in line now."""
    if requests:
        await _note(redis, batch, {_song(request): "" for request in requests})


async def hold_back(redis: ArqRedis, batch: Batch, *requests: Request, why: str) -> None:
    """These do not fit now, and may be started later."""
    await _note(redis, batch, {_song(request): request.model_dump_json() for request in requests} | {"why": why})


async def leave_out(redis: ArqRedis, batch: Batch, what: str, away: LeftOut) -> None:
    """A file will not be taken. `what`: its request, if there is one, or its message."""
    await _note(redis, batch, {f"away:{what}": away})
    await answer(redis.hdel(keys.leftover(batch.id), f"song:{what}"))


async def note_card(redis: ArqRedis, batch: Batch, card: str, face: str) -> None:
    """This message shows how the batch stands."""
    await _note(redis, batch, {"card": card, "face": face})


async def leftover(redis: ArqRedis, id_: str) -> Leftover | None:
    """How a batch stands; None when it is not known (any more)."""
    noted = {text(name): text(value) for name, value in (await answer(redis.hgetall(keys.leftover(id_)))).items()}
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


async def move_leftovers(redis: ArqRedis, old: str, new: str, move: Callable[[str], str]) -> list[str]:
    """A group has another name now. `move`: an address there → the same in the new one. Returns the batches to be told
    of there: the messages of before, and their buttons, are out of reach."""
    moved = []
    async for key in redis.scan_iter(keys.leftover("*"), count=1000):  # of all chats; groups change once in their lives
        id_ = text(key).rpartition(":")[2]
        with suppress(WatchError):  # Telegram tells twice, at once: the other one moves it
            if await _moved(redis, id_, old, new, move):
                moved.append(id_)
    return moved


async def _moved(redis: ArqRedis, id_: str, old: str, new: str, move: Callable[[str], str]) -> bool:
    """Whether the batch was of the group, and has something to offer. Raises `WatchError` when it changed meanwhile."""
    async with redis.pipeline(transaction=True) as pipe:
        await pipe.watch(keys.leftover(id_))
        known = await leftover(redis, id_)
        if known is None or known.batch.chat != old:
            return False
        there = {"chat": new, "address": move(known.batch.address)}
        fields = {"about": known.batch.model_copy(update=there).model_dump_json(), "card": "", "face": ""}
        for request in known.waiting:
            elsewhere = {"chat": new, "address": move(request.address)}
            fields[_song(request)] = request.model_copy(update=elsewhere).model_dump_json()
        pipe.multi()  # type: ignore[no-untyped-call]  # the library has no types there
        pipe.hset(keys.leftover(id_), mapping=dict(fields))
        await pipe.execute()
    return bool(known.waiting)


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
    if long := left.away.count("long"):
        lines.append(say(language, "leftover-long", count=long))
    if other := left.away.count("other"):
        lines.append(say(language, "leftover-other", count=other))
    label = say(language, "leftover-start-others" if left.started else "leftover-start")
    buttons = ((Button(label=label, action=Action(verb=Verb.LATER, target=left.batch.id).text),),) if waits else ()
    return Card(text="\n".join(lines), buttons=buttons)


async def _note(redis: ArqRedis, batch: Batch, fields: dict[str, str]) -> None:
    key = keys.leftover(batch.id)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hsetnx(key, "about", batch.model_dump_json())  # the answer stays where the first one asked for it
        pipe.hset(key, mapping=dict(fields))
        pipe.expire(key, keys.KEEP_LEFTOVER)
        await pipe.execute()


def _song(request: Request) -> str:
    return f"song:{request.id}"
