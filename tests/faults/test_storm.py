"""`kill -9`, everywhere, at random moments: every accepted request ends delivered or failed with a reason.

The moments come from a seed, so that a storm that broke something can be had again: `STORM_SEED=7`.
"""

import asyncio
import contextlib
import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, Up, environment, up
from tests.weights import models_dir

__all__ = ["models_dir"]

KILLS = 20  # of each victim
VICTIMS = {
    "child": ("worker.separation", "worker.sources", "worker.render"),
    "worker": ("worker",),
    "bot": ("bot",),
    "queue": ("valkey-server",),
}


@dataclass
class Toll:
    """What the storm did, and what became of the requests."""

    kills: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    delivered: int = 0
    failed: int = 0
    uncertain: int = 0
    lost: int = 0
    duplicated: int = 0


@pytest.mark.faults
@pytest.mark.timeout(1500)
async def test_a_storm_of_kills_loses_nothing(tmp_path: Path, models_dir: Path) -> None:
    seed = int(os.environ.get("STORM_SEED", "1"))
    dice = random.Random(seed)
    toll = Toll()
    with YouTubeStandIn() as site:
        videos = [site.add(Video(f"{number:010d}A", title=f"Song {number}", seconds=3)) for number in range(400)]
        async with BotApi() as server:
            places = environment(server, tmp_path / "data", models_dir, **site.environment, FLBT_ACCESS="open")
            async with up(places, tmp_path) as running:
                await running.says("is listening")
                chats = [server.private(server.person(name)) for name in ("Ana", "Bo", "Cy")]
                questions: list[tuple[Chat, Message]] = []
                asking = asyncio.create_task(_ask(chats, videos, questions))
                await _rage(running, dice, toll)
                asking.cancel()
                for chat, question in questions:
                    await _settled(chat, question)
                _count(questions, toll)
    print(f"\nstorm {seed}: {json.dumps(vars(toll))}")  # noqa: T201 - the figures of docs/reliability.md
    assert toll.kills == dict.fromkeys(VICTIMS, KILLS)
    assert toll.lost == 0
    assert toll.duplicated == 0
    assert toll.delivered > 0
    work = tmp_path / "data" / "store" / "work"
    assert len(list(work.iterdir())) <= 1


async def _ask(chats: list[Chat], videos: list[Video], questions: list[tuple[Chat, Message]]) -> None:
    """One song after the other from each chat, never more than two open in one."""
    for number, video in enumerate(videos):
        chat = chats[number % len(chats)]
        while sum(1 for one, question in questions if one is chat and not _card(chat, question, final=True)) >= 2:
            await asyncio.sleep(0.1)
        questions.append((chat, await chat.say(video.watch_url)))


async def _rage(running: Up, dice: random.Random, toll: Toll) -> None:
    due = [victim for victim in VICTIMS for _ in range(KILLS)]
    dice.shuffle(due)
    while due:
        await asyncio.sleep(dice.uniform(0.5, 5))
        victim = due[-1]
        processes = [process for word in VICTIMS[victim] for process in running.parts(word)]
        if not processes:
            due.insert(0, due.pop())  # nobody of that kind is at work at the moment
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            dice.choice(processes).kill()
            toll.kills[victim] = toll.kills.get(victim, 0) + 1
            due.pop()


def _card(chat: Chat, question: Message, *, final: bool = False) -> Message | None:
    """The card that answers a question, its last where there were two; with `final` only one that shows the end."""
    for message in reversed(chat.from_bot()):
        if message.reply_to == question and message.file is None and (not final or "Cancel" not in message.labels):
            return message
    return None


async def _settled(chat: Chat, question: Message) -> None:
    with contextlib.suppress(AssertionError):  # counted as lost below
        await chat.server.until(lambda: _card(chat, question, final=True), PATIENCE)


def _count(questions: list[tuple[Chat, Message]], toll: Toll) -> None:
    for chat, question in questions:
        toll.accepted += 1
        card = _card(chat, question, final=True)
        files = [message for message in chat.from_bot() if message.reply_to == question and message.file is not None]
        titles = [message.file.title for message in files if message.file]
        if card is None:
            toll.lost += 1
        elif "Telegram never said" in card.text:
            toll.uncertain += 1
        elif "Done" in card.text:
            toll.delivered += 1
            toll.lost += len(set(titles)) < 2
        else:
            toll.failed += 1
        toll.duplicated += len(titles) - len(set(titles))
