"""Fifty links at once from ten chats, on a server that counts every message: the limits hold, and all are served."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.delivery.platform import Later
from bot.telegram.sending.errors import trouble
from bot.telegram.sending.pace import TELEGRAM
from bot.telegram.sending.pace import Pace as BotPace
from bot.telegram.sending.rate_limiter import RateLimiter, seconds_of
from bot.telegram.sending.send_window import SPARE, SPARE_IN_GROUP, Line, Rank, Room, Window, later
from jobs.progress import TrackStage
from jobs.queue.requests import JobQueue
from jobs.results import Tags
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import QUICK, Rig, Worker, files, settings_for
from tests.peers.botapi import BotApi, Chat, Pace, Trouble

#: The server's clock, and the bot's limits with it, run so much faster: a minute of Telegram's takes six seconds.
FASTER = 10


#: What a busy machine adds on the way does not run faster: the bot's own margins stay nearly as long as they are.
HURRIED = BotPace(
    second=1 / FASTER + 0.05,
    minute=60 / FASTER + 0.5,
    longest_hold=4 / FASTER,
    card=3 / FASTER,
    card_in_groups=5 / FASTER,
)


async def _work(rig: Rig, songs: int) -> None:
    """Fifty songs through the worker's end, each with some progress on the way, and each called by its own name."""
    for _ in range(songs):
        track = await rig.worker.take(60)
        rig.worker.tags = Tags(title=track.source.key[-3:])
        for fraction in (0.3, 0.6):
            await rig.worker.report(track, TrackStage.SEPARATING, fraction)
            await asyncio.sleep(0.02)
        await rig.worker.finish(track)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages sent to a chat during a "retry after": the time when the bot learnt of it, and the time of sending."""
    until: dict[object, float] = {}  # by chat
    found: list[str] = []
    process = RateLimiter.process_request

    async def process_request(
        self: RateLimiter, callback: Callable[..., Any], args: Any, kwargs: Any, endpoint: str, data: Any, **more: Any
    ) -> Any:
        async def send(*arguments: Any, **named: Any) -> Any:
            if time.monotonic() < until.get(data.get("chat_id"), 0.0):
                found.append(endpoint)
            try:
                return await callback(*arguments, **named)
            except RetryAfter as told:
                until[data.get("chat_id")] = time.monotonic() + seconds_of(told)
                raise

        return await process(self, send, args, kwargs, endpoint, data, **more)

    monkeypatch.setattr(RateLimiter, "process_request", process_request)
    return found


@pytest.mark.faults
async def test_fifty_links_at_once_from_ten_chats(
    hasty: list[str], queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with BotApi(clock=lambda: time.monotonic() * FASTER, query_seconds=300) as server:
        server.pace = Pace()
        rig = Rig(server, queue, store, settings_for(server, tmp_path), Worker(queue, store), HURRIED)
        access = [server.person(f"P{number}") for number in range(10)]
        chats: list[Chat] = [server.private(person) for person in access[:6]]
        chats += [server.group(f"Band {person.name}", [person]) for person in access[6:]]
        # Telegram may answer "retry after" even within its limits.
        for method in ("sendMessage", "editMessageText", "sendMediaGroup"):
            server.fault(method, Trouble.FLOOD, times=3, after=7)
        async with rig.bot():
            for number, chat in enumerate(chats):
                # Five are as many as one person may have open; the last one asks for seven.
                links = [
                    f"https://youtu.be/aaaaaaaa{number}{letter}A" for letter in "abcdefg"[: 7 if number == 9 else 5]
                ]
                await chat.say(f"/stems {' '.join(links)}")
            await _work(rig, 50)
            await rig.settled(100)
        for number, chat in enumerate(chats):
            names = [f"{number}{letter}A" for letter in "abcde"]
            done = [message.text.partition(" ")[0] for message in chat.from_bot() if "Done in" in message.text]
            assert done == names, f"one card for each link, in their order\n{chat.transcript()}"
            stems = [f"{stem} - {name}.mp3" for name in names for stem in ("vocals", "accompaniment")]
            assert files(chat) == stems, f"each once, in their order\n{chat.transcript()}"
            said = [message.text for message in chat.from_bot() if message.is_card and "Done in" not in message.text]
            first = "5 of 7 songs are in line" if number == 9 else "5 songs, one after the other"
            assert [text.partition(".")[0] for text in said] == [first], said
            refused = [text for text in said if "You have 5 songs in the works" in text]
            assert len(refused) == (number == 9), "and who asks for more is told why not"
        assert sum(one.injected for one in server.requests) == 9
        assert hasty == []
        # What was sent in time may arrive together with what was sent before: on a busy machine they do name one.
        assert {one.code for one in server.refused} <= {429}
        assert len(server.refused) < len(server.requests) / 20


async def test_a_window_holds_no_more_than_it_says_wherever_it_is_put() -> None:
    window, sent, now = Window(5, 10.0), [], 0.0
    for messages in (1, 2, 2, 1, 3, 1, 5, 9, 1):
        now += window.wait(messages, now)
        window.take(messages, now)
        sent += [now] * messages
    for at in sent:
        within = [one for one in sent if at <= one < at + 10.0]
        assert len(within) <= 5 or len(within) == 9, "an album larger than the window goes alone"


class Sending:
    """Calls that were let through, by method."""

    def __init__(self) -> None:
        self.through: list[str] = []

    async def call(
        self, rate_limiter: RateLimiter, chat: int, endpoint: str, patience: int | None = None, many: int = 1
    ) -> None:
        async def send() -> bool:
            self.through.append(endpoint)
            return True

        media = [0] * many if many > 1 else None
        await rate_limiter.process_request(send, (), {}, endpoint, {"chat_id": chat, "media": media}, patience)


async def test_in_a_busy_group_edits_leave_room_for_what_people_wait_for() -> None:
    rate_limiter, sending = RateLimiter(BotPace(chat_burst=30)), Sending()
    edits = 0
    with pytest.raises(RetryAfter):
        for _ in range(18):
            await sending.call(rate_limiter, -1, "editMessageText")
            edits += 1
    assert edits == 18 - SPARE_IN_GROUP[Rank.EDIT]
    for _ in range(SPARE_IN_GROUP[Rank.EDIT] - 2):
        await sending.call(rate_limiter, -1, "sendMessage", patience=3)
    with pytest.raises(RetryAfter) as told:
        await sending.call(rate_limiter, -1, "sendMediaGroup", many=4)
    assert isinstance(told.value, RetryAfter)
    assert sending.through.count("sendMediaGroup") == 0, "not enough room for all of it: later, as a whole"
    with pytest.raises(RetryAfter):
        await sending.call(rate_limiter, -1, "editMessageText")
    await asyncio.wait_for(sending.call(rate_limiter, -2, "editMessageText"), 1)


async def test_a_message_counts_until_a_second_after_its_answer() -> None:
    window = Window(3, 1.0)
    window.leave(2)
    assert window.wait(1, 0.0) == 0
    assert window.wait(2, 0.0) == float("inf"), "nobody knows"
    window.arrive(2, 5.0)
    assert window.wait(2, 5.5) == 0.5
    assert window.wait(1, 5.5, spare=1) == 0.5
    assert window.wait(3, 6.0) == 0


class Crowd:
    """Waiting calls, and the order in which they were granted. Telegram's answers come when the test releases them."""

    def __init__(self) -> None:
        self.room = Room()
        self.order: list[str] = []
        self.answered = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, name: str, line: Line, rank: Rank) -> None:
        async def call() -> None:
            async with self.room.taken(line, 1, rank, 60, upload=False):
                self.order.append(name)
                await self.answered.wait()

        self.tasks.append(asyncio.create_task(call()))

    async def let_go(self, calls: int) -> list[str]:
        """The calls granted at once; fails on any other number."""
        await asyncio.sleep(0.05)
        assert len(self.order) == calls, self.order
        return self.order

    async def gone(self) -> list[str]:
        self.answered.set()
        await asyncio.gather(*self.tasks)
        return self.order


async def test_an_answer_overtakes_the_cards_of_its_chat() -> None:
    crowd, line = Crowd(), Line(1)
    for number in range(TELEGRAM.chat_burst):
        crowd.ask(f"card {number}", line, Rank.NEWS)
    crowd.ask("answer", line, Rank.ANSWER)
    assert await crowd.gone() == ["card 0", "card 1", "answer", "card 2"], "the chat's last room is for an answer"


async def test_an_answer_finds_room_while_cards_take_all_that_is_theirs() -> None:
    crowd, spare = Crowd(), SPARE[Rank.NEWS]
    cards = [f"card {number}" for number in range(2 * TELEGRAM.per_second)]
    for number, card in enumerate(cards):
        crowd.ask(card, Line(number), Rank.NEWS)
    assert await crowd.let_go(TELEGRAM.per_second - spare) == cards[: TELEGRAM.per_second - spare]
    for number in range(spare + 1):
        crowd.ask("answer", Line(number), Rank.ANSWER)
    assert (await crowd.let_go(TELEGRAM.per_second))[-spare:] == ["answer"] * spare
    order = await crowd.gone()
    assert order[TELEGRAM.per_second] == "answer", "the first for whom there is room again"
    assert [one for one in order if one != "answer"] == cards, "in the order in which they came"


async def test_an_edit_raises_after_a_short_wait() -> None:
    crowd, line = Crowd(), Line(1)
    for number in range(TELEGRAM.per_second):
        crowd.ask("card", Line(number + 2), Rank.NEWS)
    await crowd.let_go(TELEGRAM.per_second - SPARE[Rank.NEWS])
    for chat in (line, line, Line(TELEGRAM.per_second + 2)):
        crowd.ask("edit", chat, Rank.EDIT)
    for task in crowd.tasks[TELEGRAM.per_second :]:
        with pytest.raises(RetryAfter):
            await task
        crowd.tasks.remove(task)
    assert set(await crowd.gone()) == {"card"}


async def test_who_is_cancelled_takes_no_room() -> None:
    crowd, line = Crowd(), Line(1)
    for number in range(2 * TELEGRAM.per_second):
        crowd.ask("card", line if number % 2 else Line(-number), Rank.NEWS)
    await asyncio.sleep(0.05)
    for task in crowd.tasks:
        task.cancel()
    await asyncio.wait(crowd.tasks)
    assert line.standing == 0
    crowd.tasks.clear()
    for number in range(TELEGRAM.per_second):
        crowd.ask("answer", Line(number + 2), Rank.ANSWER)
    await asyncio.wait_for(crowd.gone(), 120)


async def test_a_chat_that_has_to_wait_holds_up_no_other(queue: JobQueue, store: FolderStore, tmp_path: Path) -> None:
    """While one waits as Telegram said, what others ask is fetched and answered."""
    async with BotApi() as server:
        rig = Rig(
            server,
            queue,
            store,
            settings_for(server, tmp_path),
            Worker(queue, store),
            HURRIED,
            replace(QUICK, updates=600),
        )
        ana, bea = (server.private(server.person(name)) for name in ("Ana", "Bea"))
        async with rig.bot():
            server.fault("sendMessage", Trouble.FLOOD, retry_after=30)
            await ana.say("/help")
            await server.until(lambda: server.calls("sendMessage"), 60)
            for _ in range(3):
                answers = len(bea.from_bot())
                await bea.say("/status")
                await server.until(lambda: len(bea.from_bot()) > answers, 15)  # noqa: B023
            assert ana.from_bot() == []


def test_our_own_pace_is_not_told_as_a_refusal_by_telegram() -> None:
    waiting = trouble(later(3.0))
    assert isinstance(waiting, Later)
    assert waiting.seconds == pytest.approx(3.1)
    assert "Flood" not in str(waiting)
