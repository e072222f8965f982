"""`kill -9`, everywhere, in every stage of a song: every accepted request ends delivered or failed with a reason.

Requests come from Telegram and from Discord, over one queue. `STORM_SEED=7` is another storm, `KILLS=60` a longer one:
kills of each victim.
"""

import asyncio
import contextlib
import json
import os
import random
import time
from itertools import count, cycle
from pathlib import Path

import pytest

from tests.faults.storm import VICTIMS, Asked, OnDiscord, OnTelegram, Storm, Toll
from tests.peers.botapi import BotApi, Chat
from tests.peers.discord import Channel, Discord, File
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, environment, up
from tests.sounds import music, write_wav
from tests.weights import models_dir

__all__ = ["models_dir"]

KILLS = int(os.environ.get("KILLS", "20"))  # of each victim
SEED = int(os.environ.get("STORM_SEED", "1"))
OPEN = 2  # open requests of each chat at a time


@pytest.mark.faults
@pytest.mark.timeout(300 + 60 * KILLS)
async def test_a_storm_of_kills_loses_nothing(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, scratch = tmp_path / "data", tmp_path / "scratch"
    scratch.mkdir()
    questions: list[Asked] = []
    with YouTubeStandIn() as site:
        async with BotApi(digestion=0.4) as server, Discord(digestion=0.4) as discord:
            chats: list[Chat | Channel] = [server.private(server.person(name)) for name in ("Ana", "Bo")]
            chats += [discord.direct(discord.person(name)) for name in ("Cy", "Di")]
            tokens = {"FLBT_DISCORD_TOKEN": discord.token, "FLBT_DISCORD_API_URL": discord.api_url}
            more = {**site.environment, **tokens, "FLBT_ACCESS": "open", "TMPDIR": str(scratch)}
            places = environment(server, data, models_dir, **more)
            async with up(places, tmp_path) as running:
                await running.says("@.* is listening")
                await _introduce(discord)
                is_taking = lambda: bool(server.taking or discord.taking)  # noqa: E731
                storm = Storm(running, is_taking, random.Random(SEED), questions)
                asking = asyncio.create_task(_ask(chats, discord, site, questions, tmp_path))
                began = time.monotonic()
                await storm.rage(KILLS)
                raged = time.monotonic() - began
                asking.cancel()
                await _until_all_is_over(questions)
                settled = time.monotonic() - began - raged
            log = "".join(running.log)
    (tmp_path / "log").write_text(log)
    toll = Toll()
    for question in questions:
        toll.count(question)
    with capsys.disabled():
        print(f"\nstorm {SEED}, {raged:.0f} s, and {settled:.0f} s until all was over: {storm.report()}")  # noqa: T201
        print(f"  {json.dumps(vars(toll), ensure_ascii=False)}")  # noqa: T201 - the figures of docs/reliability.md
    assert storm.hits == dict.fromkeys(VICTIMS, KILLS)
    assert toll.accepted == toll.delivered + toll.failed + toll.uncertain
    assert (toll.lost, toll.duplicated) == (0, 0)
    assert toll.delivered > KILLS / 4, "it would not have been a test of deliveries"
    assert {one.call: one.message for one in discord.refused} == {}
    assert server.token not in log
    assert discord.token not in log
    assert list((data / "store" / "work").iterdir()) == []
    assert [path for path in (data / "store" / "inbox").iterdir() if path.suffix == ".part"] == []
    assert [path for path in scratch.rglob("*") if not path.is_dir()] == []


async def _introduce(discord: Discord) -> None:
    """Each person on Discord writes once: of chats that the bot does not know, it cannot read what it missed."""
    for chat in list(discord.rest.opened.values()):
        assert chat.person is not None
        while not chat.from_bot():
            await discord.say(chat, chat.person, "hello")
            with contextlib.suppress(AssertionError):
                await chat.until(lambda _: True, 10)


async def _ask(
    chats: list[Chat | Channel], discord: Discord, site: YouTubeStandIn, questions: list[Asked], folder: Path
) -> None:
    """Requests songs from each chat in turn, every third one an upload, with at most `OPEN` open per chat."""
    for number, chat in zip(count(), cycle(chats)):
        while sum(not question.is_over for question in questions if question.place is chat) >= OPEN:
            await asyncio.sleep(0.1)
        file, link = None, ""
        if number // len(chats) % 3 == 2:
            file = write_wav(folder / "own.wav", music(2, seed=number)).read_bytes()
        else:
            link = site.add(Video(f"{number:010d}A", title=f"Song {number}")).watch_url
        name = f"own {number}.wav"
        if isinstance(chat, Channel):
            assert chat.person is not None
            files = [File(name, file)] if file is not None else []
            questions.append(OnDiscord(chat, await discord.say(chat, chat.person, link, *files)))
        elif file is not None:
            questions.append(OnTelegram(chat, await chat.send_audio(file, name=name, title=f"Own {number}")))
        else:
            questions.append(OnTelegram(chat, await chat.say(link)))


async def _until_all_is_over(questions: list[Asked]) -> None:
    """Those that are not over by then are counted as lost."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2 * PATIENCE):
            while not all(question.is_over for question in questions):
                await asyncio.sleep(0.2)
