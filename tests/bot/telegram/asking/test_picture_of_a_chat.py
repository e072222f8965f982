"""The picture of a chat in the README, drawn from a real one: `UPDATE_TRANSCRIPT=1` writes it."""

import os
import re
from pathlib import Path

import pytest

from jobs.progress import TrackStage
from tests.bot.telegram.asking.bubbles import Bubble, draw
from tests.bot.telegram.chat_fixture import SONG, Rig
from tests.bot.telegram.chat_steps import done
from tests.peers.botapi import Message


async def test_the_picture_shows_a_real_chat(rig: Rig, request: pytest.FixtureRequest) -> None:
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
        await ana.until(lambda message: "50 %" in message.text)
        await rig.worker.finish(track)
        card = await ana.until(done)
        await rig.settled()
        halfway = next(face for face in card.edits if "50 %" in face)
        await ana.say("no vocals, 80%, two semitones down")
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: done(message) and message != card)
        await rig.settled()
    picture = (request.config.rootpath / "docs" / "waveforms.png").read_bytes()
    shown = [bubble for message in ana.messages for bubble in _bubbles(message, card, halfway, picture)]
    path = request.config.rootpath / "docs" / "chat.svg"
    drawn = draw(shown)
    if os.environ.get("UPDATE_TRANSCRIPT"):
        path.write_text(drawn, "utf-8")
    assert path.read_text("utf-8") == drawn, "UPDATE_TRANSCRIPT=1 writes it"
    assert f'src="{path.relative_to(request.config.rootpath)}"' in Path("README.md").read_text("utf-8")


def _bubbles(message: Message, card: Message, halfway: str, picture: bytes) -> list[Bubble]:
    """A message; the first card twice, as it was while the song was separated, and in the end."""
    if message.sender is not None:
        return [Bubble(tuple(message.text.splitlines()), is_person=True)]
    if message.file is not None and not message.is_card:
        return [Bubble(song=(message.file.title, message.file.performer))]
    buttons = tuple(tuple(button["text"] for button in row) for row in message.buttons)
    said = re.sub(r"Done in \d+ s", "Done in 8 s", message.text)  # here nothing is separated
    seen = picture if message.file is not None else b""
    final = Bubble(tuple(said.splitlines()), buttons=buttons, picture=seen)
    return [Bubble(tuple(halfway.splitlines()), buttons=(("Cancel",),)), final] if message == card else [final]
