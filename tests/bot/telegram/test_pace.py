"""Fifty links at once from ten chats, on a server that counts every message: nobody is flooded, everybody is served."""

import asyncio
import time
from pathlib import Path

import pytest
from telegram.error import RetryAfter

from bot.telegram.courtesy import GROUP_SPARE, Courtesy, Window
from jobs.outcomes import Stage, Tags
from jobs.queue import JobQueue
from jobs.store import ResultStore
from tests.bot.telegram.rig import Rig, Worker, files, settings_for
from tests.peers.botapi import BotApi, Chat, Pace, Request, Trouble

#: The server's clock, and the bot's limits with it, run so much faster: a minute of Telegram's takes six seconds.
FASTER = 10


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.courtesy.CHAT_BURST", 3)
    monkeypatch.setattr("bot.telegram.courtesy.GROUP_PER_MINUTE", 18)
    # What a busy machine adds on the way does not run faster: the bot's own margins stay nearly as long as they are.
    monkeypatch.setattr("bot.telegram.courtesy.SECOND", 1 / FASTER + 0.05)
    monkeypatch.setattr("bot.telegram.courtesy.MINUTE", 60 / FASTER + 0.5)
    monkeypatch.setattr("bot.telegram.courtesy.LONGEST_HOLD", 3 / FASTER)
    monkeypatch.setattr("bot.telegram.platform.PACE", 3 / FASTER)
    monkeypatch.setattr("bot.telegram.platform.PACE_IN_GROUPS", 5 / FASTER)


async def _work(rig: Rig, songs: int) -> None:
    """Fifty songs through the worker's end, each with some progress on the way, and each called by its own name."""
    for _ in range(songs):
        track = await rig.worker.take(60)
        rig.worker.tags = Tags(title=track.source.key[-3:])
        for fraction in (0.3, 0.6):
            await rig.worker.report(track, Stage.SEPARATING, fraction)
            await asyncio.sleep(0.02)
        await rig.worker.finish(track)


def hasty(requests: list[Request]) -> list[Request]:
    """What was sent to a chat although Telegram had just told it to wait a second."""
    return [
        one
        for told in requests
        if told.code == 429
        for one in requests
        if one.fields.get("chat_id") == told.fields["chat_id"]
        and told.at + told.seconds + 0.05 < one.at < told.at + told.seconds + 1.0
    ]


async def test_fifty_links_at_once_from_ten_chats(
    hurried: None, queue: JobQueue, store: ResultStore, tmp_path: Path
) -> None:
    async with BotApi(clock=lambda: time.monotonic() * FASTER, query_seconds=300) as server:
        server.pace = Pace()
        rig = Rig(server, queue, store, settings_for(server, tmp_path), Worker(queue, store))
        people = [server.person(f"P{number}") for number in range(10)]
        chats: list[Chat] = [server.private(person) for person in people[:6]]
        chats += [server.group(f"Band {person.name}", [person]) for person in people[6:]]
        # Whatever the bot does, Telegram may have its own reasons.
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
            stems = [f"{name} ({stem}).mp3" for name in names for stem in ("vocals", "accompaniment")]
            assert files(chat) == stems, f"each once, in their order\n{chat.transcript()}"
            said = [
                message.text for message in chat.from_bot() if message.file is None and "Done in" not in message.text
            ]
            assert [text.partition(".")[0] for text in said] == ["5 songs, one after the other"], said
            refused = [text for text in said if "You have 5 songs in the works" in text]
            assert len(refused) == (number == 9), "and who asks for more is told why not"
        assert sum(one.injected for one in server.requests) == 9
        assert hasty(server.requests) == []
        assert server.pace.impatient == [], "nobody was asked before the time they named"
        assert [one.description for one in server.refused] == [], "nor did they have to name one"


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
        self, courtesy: Courtesy, chat: int, endpoint: str, patience: int | None = None, many: int = 1
    ) -> None:
        async def send() -> bool:
            self.through.append(endpoint)
            return True

        media = [0] * many if many > 1 else None
        await courtesy.process_request(send, (), {}, endpoint, {"chat_id": chat, "media": media}, patience)


async def test_in_a_busy_group_edits_leave_room_for_what_people_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.courtesy.GROUP_PER_MINUTE", 18)
    courtesy, sending = Courtesy(), Sending()
    edits = 0
    with pytest.raises(RetryAfter):
        for _ in range(18):
            await sending.call(courtesy, -1, "editMessageText")
            edits += 1
    assert edits == 18 - GROUP_SPARE
    for _ in range(GROUP_SPARE - 2):
        await sending.call(courtesy, -1, "sendMessage", patience=3)
    with pytest.raises(RetryAfter) as told:
        await sending.call(courtesy, -1, "sendMediaGroup", many=4)
    assert isinstance(told.value, RetryAfter)
    assert sending.through.count("sendMediaGroup") == 0, "not enough room for all of it: later, as a whole"
    with pytest.raises(RetryAfter):
        await sending.call(courtesy, -1, "editMessageText")
    await asyncio.wait_for(sending.call(courtesy, -2, "editMessageText"), 1)
