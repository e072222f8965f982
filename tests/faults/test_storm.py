"""`kill -9`, everywhere, in every stage of a song: every accepted request ends delivered or failed with a reason.

`STORM_SEED=7` is another storm, `KILLS=60` a longer one: kills of each of the four victims.
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

from tests.faults.storm import VICTIMS, Question, Storm, Toll
from tests.peers.botapi import BotApi, Chat
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
    questions: list[Question] = []
    with YouTubeStandIn() as site:
        async with BotApi(digestion=0.4) as server:
            chats = [server.private(server.person(name)) for name in ("Ana", "Bo", "Cy")]
            places = environment(server, data, models_dir, **site.environment, FLBT_ACCESS="open", TMPDIR=str(scratch))
            async with up(places, tmp_path) as running:
                await running.says("is listening")
                storm = Storm(running, server, random.Random(SEED), questions)
                asking = asyncio.create_task(_ask(chats, site, questions, tmp_path))
                began = time.monotonic()
                await storm.rage(KILLS)
                raged = time.monotonic() - began
                asking.cancel()
                await _until_all_is_over(server, questions)
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
    assert server.token not in log
    assert list((data / "store" / "work").iterdir()) == []
    assert [path for path in (data / "store" / "inbox").iterdir() if path.suffix == ".part"] == []
    assert [path for path in scratch.rglob("*") if not path.is_dir()] == []


async def _ask(chats: list[Chat], site: YouTubeStandIn, questions: list[Question], folder: Path) -> None:
    """Requests songs from each chat in turn, every third one an upload, with at most `OPEN` open per chat."""
    for number, chat in zip(count(), cycle(chats)):
        while sum(not question.is_over for question in questions if question.chat is chat) >= OPEN:
            await asyncio.sleep(0.1)
        if number // len(chats) % 3 == 2:
            file = write_wav(folder / "own.wav", music(2, seed=number))
            asked = await chat.send_audio(file.read_bytes(), name=f"own {number}.wav", title=f"Own {number}")
        else:
            asked = await chat.say(site.add(Video(f"{number:010d}A", title=f"Song {number}")).watch_url)
        questions.append(Question(chat, asked))


async def _until_all_is_over(server: BotApi, questions: list[Question]) -> None:
    with contextlib.suppress(AssertionError):  # counted as lost
        await server.until(lambda: all(question.is_over for question in questions), 2 * PATIENCE)
