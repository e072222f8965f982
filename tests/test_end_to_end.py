"""The product as people run it: `fl-bt up` against a Bot API server and a stand-in for YouTube, on the real network.

One story, told in order, since every chapter needs the weights loaded and the bot paired.
"""

import asyncio
import io
import zipfile
from pathlib import Path

import psutil
import pytest

from bot.cli.demo import write_demo_song
from bot.inert import plain
from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, Up, environment, pair, up
from tests.weights import models_dir
from worker.audio.reading import open_song

pytestmark = pytest.mark.whole

__all__ = ["models_dir"]

VIDEO = Video("jNQXAC9IVRw", title="Some Band - A <b>Song</b> & more", seconds=5)


def sounds(message: Message, tmp_path: Path) -> float:
    """Length in seconds of a file that the bot sent, as it decodes."""
    assert message.file is not None
    path = tmp_path / "received"
    path.write_bytes(message.file.content)
    with open_song(path) as song:
        return sum(len(block) for block in song.blocks()) / 44100


async def done(chat: Chat, question: Message) -> Message:
    return await chat.until(lambda message: message.reply_to == question and "Done in" in message.text, PATIENCE)


def files_for(chat: Chat, question: Message) -> list[Message]:
    """The files sent for a question, without pictures."""
    answers = [message for message in chat.from_bot() if message.reply_to == question]
    return [message for message in answers if message.file is not None and not message.is_card]


async def test_from_pairing_to_stems_through_restarts(tmp_path: Path, models_dir: Path) -> None:
    write_demo_song(tmp_path / "song.wav", 8)
    write_demo_song(tmp_path / "long.wav", 110)
    with YouTubeStandIn() as site:
        site.add(VIDEO)
        async with BotApi() as server:
            ana = server.private(server.person("Ana"))
            data = tmp_path / "data"
            async with up(environment(server, data, models_dir, **site.environment), tmp_path) as running:
                await running.says("is listening")
                await strangers_are_not_served(ana)
                await pair(running, ana)
                await a_link_becomes_an_album(ana, tmp_path)
                await what_one_wants_next(server, ana, tmp_path)
                await an_upload_becomes_a_zip(ana, tmp_path)
                await killed_in_the_middle(running, ana, tmp_path)
                log = "".join(running.log)
            # A bot that is killed between an edit and its note of it says the same again; Telegram shrugs at that.
            assert [one for one in server.refused if "not modified" not in one.description] == []
            assert server.token not in log
            assert {asked.host for asked in site.requests} <= {"www.youtube.com", "i.ytimg.com", *site.hosts}
    work = tmp_path / "data" / "store" / "work"
    assert list(work.iterdir()) == []


async def strangers_are_not_served(ana: Chat) -> None:
    await ana.say("https://youtu.be/jNQXAC9IVRw")
    await ana.until(lambda message: "private" in message.text, PATIENCE)


async def a_link_becomes_an_album(ana: Chat, tmp_path: Path) -> None:
    question = await ana.say("listen: https://youtu.be/jNQXAC9IVRw?si=tracker")
    card = await done(ana, question)
    assert "A <b>Song</b> & more" in plain(card.text)
    assert card.labels == [
        "No vocals",
        "Only vocals",
        "Choose stems…",
        "Practise…",
        "Player",
        "4 stems",
        "5 stems",
        "More…",
    ]
    assert card.file is not None
    assert card.file.content.startswith(b"\x89PNG")
    album = files_for(ana, question)
    assert [message.file.title for message in album if message.file] == [
        "vocals - A <b>Song</b> & more",
        "accompaniment - A <b>Song</b> & more",
    ]
    assert len({message.album for message in album}) == 1
    for message in album:
        assert message.file is not None
        assert message.file.performer == "Some Band"
        assert message.file.seconds == 5
        assert sounds(message, tmp_path) == pytest.approx(5, abs=0.1)


async def what_one_wants_next(server: BotApi, ana: Chat, tmp_path: Path) -> None:
    """A backing track by a button, as FLAC by another; then the song again, without an upload."""
    card = await ana.until(lambda message: "No vocals" in message.labels, PATIENCE)
    await (await ana.press(card, "No vocals")).answer(PATIENCE)
    track = await ana.until(lambda message: message.reply_to == card and not message.is_card, PATIENCE)
    assert track.file is not None
    assert track.file.name == "no vocals - Some Band - A _b_Song_b_ & more.mp3"
    assert sounds(track, tmp_path) == pytest.approx(5, abs=0.1)
    await (await ana.press(track, "More…")).answer(PATIENCE)
    await ana.until(lambda message: message == track and "FLAC" in message.labels, PATIENCE)
    await (await ana.press(track, "FLAC")).answer(PATIENCE)
    lossless = await ana.until(lambda message: message.reply_to == track and not message.is_card, PATIENCE)
    assert sounds(lossless, tmp_path) == 5
    before = len(server.requests)
    again = await ana.say("https://youtu.be/jNQXAC9IVRw")
    here = await ana.until(lambda message: message.id > again.id and "You have it here" in message.text, PATIENCE)
    await (await ana.press(here, "Send again")).answer(PATIENCE)
    await server.until(lambda: len(files_for(ana, here)) == 2, PATIENCE)
    assert not any(call.uploads for call in server.requests[before:])


async def an_upload_becomes_a_zip(ana: Chat, tmp_path: Path) -> None:
    await ana.say("/settings")
    card = await ana.until(lambda message: any("Zip" in label for label in message.labels), PATIENCE)
    await (await ana.press(card, "Zip")).answer(PATIENCE)
    question = await ana.send_audio((tmp_path / "song.wav").read_bytes(), title="Mine", performer="Ana", name="x.wav")
    await done(ana, question)
    (zipped,) = files_for(ana, question)
    assert zipped.file is not None
    with zipfile.ZipFile(io.BytesIO(zipped.file.content)) as archive:
        assert archive.testzip() is None
        sounds = ["vocals - Ana - Mine.mp3", "accompaniment - Ana - Mine.mp3"]
        assert archive.namelist() == [*sounds, "player.html", "stems.json"]


async def stopped_separation(running: Up) -> psutil.Process:
    """The next separation, stopped as on a processor with too much to do, so that it is seen at work on any machine."""
    while not (separating := running.parts("worker.separation")):
        await asyncio.sleep(0.02)
    separating[0].suspend()
    return separating[0]


async def killed_in_the_middle(running: Up, ana: Chat, tmp_path: Path) -> None:
    """`kill -9` on worker and bot while they separate: `/status` answers, the same card carries on, one delivery."""
    stopped = asyncio.create_task(stopped_separation(running))
    question = await ana.send_document((tmp_path / "long.wav").read_bytes(), mime="audio/x-wav", name="long.wav")
    card = await ana.until(lambda message: message.reply_to == question, PATIENCE)
    separating = await asyncio.wait_for(stopped, PATIENCE)
    await ana.say("/status")
    await ana.until(lambda message: "in the works" in message.text, PATIENCE)
    assert "Done" not in card.text, "the bot answers while the worker is busy"
    separating.resume()
    running.part("worker").kill()
    running.part("bot").kill()
    assert (await done(ana, question)).id == card.id
    assert len(files_for(ana, question)) == 1
