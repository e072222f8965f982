"""A member floods the bot in every way, while another one requests a song now and then.

A fair share: in each round of the queue every person has one song, and every chat has one. So the other's song comes
after the songs in work at its request and after at most one song of the flooder's. The first
test counts songs, without limits of pace. The second one runs by the clock, with all limits of pace:
`FAIR_MINUTES=10 uv run --group dev pytest -n0 -s tests/faults/test_fair_share.py`.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.telegram.sending.pace import Pace
from jobs.process.tasks import cancel_and_wait
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.listings import keep_listing
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import Track
from jobs.queue.views import text
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import BEGINNINGS, PATIENCE, Rig, Worker, settings_for
from tests.bot.telegram.setlists import listing
from tests.peers.botapi import BotApi, Chat

SONGS = 5  # of the member with one request at a time
FLOODS = 4  # messages, files and taps of each kind before each of those songs
OPEN = 5  # songs, and playlists, that one person may have open
MINUTES = float(os.environ.get("FAIR_MINUTES", "0.5"))
MAKING = 3.0  # seconds that a song takes, by the clock
PACE = 2.1  # seconds between two messages just below the limit of messages
QUIET = 31.0  # seconds after which a person who wrote too fast is answered again
DELIVERY = 15.0  # seconds at most for card, upload and pace of a song that is made, on a busy machine
BIG = BEGINNINGS["mp3"] + bytes(3_000_000)


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as one:
        yield one


class Flooder:
    """A person with a private chat and three groups of their own, each with the bot."""

    def __init__(self, server: BotApi) -> None:
        self.person = server.person("Flo")
        self.chats = [server.private(self.person), *(server.group(f"G{n}", [self.person]) for n in range(3))]
        self.dice = random.Random(1)
        self._videos = iter(range(10**6))

    def _links(self, count: int) -> str:
        return " ".join(f"https://youtu.be/{next(self._videos):010d}A" for _ in range(count))

    async def rage(self) -> None:
        """Links, playlists, files, settings, lists, cancels, mixes, the same again, and taps, in every chat."""
        for chat in self.chats:
            for _ in range(FLOODS):
                lists = " ".join(f"youtube.com/playlist?list=PL{next(self._videos):020d}" for _ in range(20))
                for said in (f"/stems {self._links(20)}", f"/stems {lists}", "/settings", "/status", "/mix no vocals"):
                    await chat.say(said)
                await chat.send_audio(BIG, name=f"{next(self._videos)}.mp3", caption="/stems")
                await self._tap(chat)
            await chat.say("/cancel")
            await self._tap(chat, "Cancel all")

    async def rage_at_the_limit(self, seconds: float) -> None:
        """The same, as fast as the limit of messages allows, so that each message counts."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            chat = self.dice.choice(self.chats)
            match self.dice.randrange(4):
                case 0:
                    await chat.send_audio(BIG, name=f"{next(self._videos)}.mp3", caption="/stems")
                case 1:
                    await self._tap(chat)
                case _:
                    await chat.say(f"/stems {self._links(20)}")
            await asyncio.sleep(PACE)

    async def _tap(self, chat: Chat, only: str = "") -> None:
        """Buttons of the bot's newest messages, of any kind: five stems, again, stop, start, cancel, forget."""
        for message in chat.from_bot()[-5:]:
            labels = [label for label in message.labels if only in label]
            if labels:
                await chat.press(message, self.dice.choice(labels))


class Studio:
    """One worker, which makes one song after the other in the queue's order, and notes whose they are."""

    def __init__(self, queue: JobQueue, store: FolderStore) -> None:
        self._worker, self._redis = Worker(queue, store), queue.redis

    async def make_one(self) -> str:
        """Makes the next song of the queue. Returns whose turn it was."""
        async with asyncio.timeout(PATIENCE):
            track, asker = await self._next()
            await self._worker.finish(track)
            return asker

    async def make_all(self, begun: list[tuple[float, str]]) -> None:
        """Makes songs, MAKING seconds each, until cancelled. Adds the time and person of each to `begun`."""
        while True:
            track, asker = await self._next()
            begun.append((time.monotonic(), asker))
            await asyncio.sleep(MAKING)
            await self._worker.finish(track)

    async def _next(self) -> tuple[Track, str]:
        while True:
            await self._do_what_is_quick()
            if (track := await self._take(Lane.STUDIO)) is not None:
                return track, text(await answer(self._redis.hget(keys.track(track.id), "asker")))
            await asyncio.sleep(0.02)

    async def _do_what_is_quick(self) -> None:
        while track := await self._take(Lane.QUICK):
            await self._worker.finish(track)

    async def _take(self, lane: Lane) -> Track | None:
        for job in await self._redis.zrange(keys.queue(lane), 0, -1):
            what, about, *_ = job.decode().split(".")
            track = None
            if what == "listing":
                await keep_listing(self._redis, listing(("One", 200.0, None), playlist_id=about))
            else:
                track = await self._worker.track_queue.begin(what)
            await self._redis.zrem(keys.queue(lane), job)
            await self._redis.delete(f"arq:job:{job.decode()}")
            if track is not None:
                return track
        return None


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_a_flooder_delays_others_by_at_most_one_song(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, messages_per_minute=0, minutes_per_person=0, minutes_per_chat=0)
    pace = Pace(chat_burst=1000, group_per_minute=1000)  # limits of the conversation are not tested here
    rig = Rig(server, queue, store, settings, Worker(queue, store), pace)
    studio, flo = Studio(queue, store), Flooder(server)
    bo = server.private(server.person("Bo"))
    between: list[list[str]] = []
    async with rig.bot():
        await flo.rage()
        for number in range(SONGS):
            raging = asyncio.create_task(flo.rage())
            await _wait_in_line(queue, flo, 2)
            if number % 2:
                asked = await bo.send_audio(BIG, name=f"mine {number}.mp3")
            else:
                asked = await bo.say(f"https://youtu.be/bbbbbbbbb{number}A")
            await _until_waiting(queue, bo)
            between.append([])
            while (whose := await studio.make_one()) != f"telegram:{bo.id}":
                between[-1].append(whose)
                opened = [view for view in await queue.attended("telegram") if view.is_open]
                flos = [view for view in opened if view.request.asker == f"telegram:{flo.person.id}"]
                assert len(flos) <= OPEN, "however many chats"
                assert len(opened) <= OPEN + 1
            await bo.until(lambda message: message.reply_to == asked and "Done in" in message.text)  # noqa: B023 - now
            await raging
        runs = await answer(queue.redis.hvals(keys.playlists("telegram")))
        opened = [run for run in runs if any(f'"step":"{step}"'.encode() in run for step in ("listing", "offered"))]
        assert len(opened) <= OPEN
        assert await queue.size() <= 4 * OPEN, "nothing piles up"
    assert max(map(len, between)) <= 1, between
    assert sum(map(len, between)) > 0, "there was somebody to wait for"
    assert not any("went wrong" in message.text for chat in (bo, *flo.chats) for message in chat.from_bot())


@pytest.mark.faults
@pytest.mark.timeout(MINUTES * 60 + 300)
async def test_waits_by_the_clock_with_all_limits_of_pace(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, minutes_per_person=0, minutes_per_chat=0)
    rig, studio, flo = Rig(server, queue, store, settings, Worker(queue, store)), Studio(queue, store), Flooder(server)
    bo = server.private(server.person("Bo"))
    begun: list[tuple[float, str]] = []
    waits: list[float] = []
    between: list[int] = []
    ends = time.monotonic() + MINUTES * 60
    async with rig.bot():
        making, raging = asyncio.create_task(studio.make_all(begun)), asyncio.create_task(_rage_in_turn(flo))
        try:
            await _wait_in_line(queue, flo, 2)
            while time.monotonic() < ends:
                video = f"b{len(waits):09d}A"
                asked_at = time.monotonic()
                asked = await bo.say(f"https://youtu.be/{video}")
                in_line = await _in_line_at(queue, bo, video)
                await bo.until(lambda message: message.reply_to == asked and "Done in" in message.text)  # noqa: B023 - now
                waits.append(time.monotonic() - asked_at)
                mine = max(when for when, whose in begun if whose == f"telegram:{bo.id}")
                between.append(sum(in_line < when < mine for when, _ in begun))
                assert not making.done()
                assert not raging.done()
                await asyncio.sleep(flo.dice.uniform(5, 10))
        finally:
            await cancel_and_wait(raging, making)
    others = len(begun) - len(waits)
    print(  # noqa: T201
        f"fair share, {MINUTES:g} min by the clock, songs of {MAKING:g} s: {others} of who does their worst, "
        f"{len(waits)} of the other, behind {max(between)} at most; wait {sorted(waits)[len(waits) // 2]:.1f} s "
        f"(median), {max(waits):.1f} s (longest)"
    )
    assert max(between) <= 1, between
    assert max(waits) < 3 * MAKING + DELIVERY, waits  # one in work, one of the flooder's, the person's own
    assert others >= len(waits), "there was somebody to wait for"


async def _rage_in_turn(flo: Flooder) -> None:
    """Everything at once, which is answered once; then as fast as the limit allows."""
    while True:
        await flo.rage_at_the_limit(60)
        await flo.rage()
        await asyncio.sleep(QUIET)


async def _wait_in_line(queue: JobQueue, flo: Flooder, most: int) -> None:
    """Waits until some of the flooder's songs are queued."""
    async with asyncio.timeout(PATIENCE):
        while int(await queue.redis.zcard(keys.queue(Lane.STUDIO))) < most:
            await asyncio.sleep(0.02)


async def _in_line_at(queue: JobQueue, chat: Chat, video_id: str) -> float:
    """The time at which the chat's request for a video was first seen in the queue, by time.monotonic()."""
    ends = time.monotonic() + PATIENCE
    while not any(video_id in view.request.source.key for view in await queue.recent(f"telegram:{chat.id}", limit=1)):
        assert time.monotonic() < ends, f"{video_id} is not in line\n{chat.transcript()}"
        await asyncio.sleep(0.02)
    return time.monotonic()


async def _until_waiting(queue: JobQueue, chat: Chat) -> None:
    """Waits until the chat's newest song is queued."""
    async with asyncio.timeout(PATIENCE):
        while not ((views := await queue.recent(f"telegram:{chat.id}", limit=1)) and views[0].ahead is not None):
            await asyncio.sleep(0.02)
