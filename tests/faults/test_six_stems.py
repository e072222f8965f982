"""A better model from its file to the chat: `fl-bt models add`, then a link becomes six stems, and "no guitar".

On a network of the true size with random weights.
"""

import asyncio
import sys
from pathlib import Path

from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import environment, pair, up
from tests.weights import models_dir
from tests.worker.separation.htdemucs.networks import write_network

__all__ = ["models_dir"]

PATIENCE = 300  # seconds; a segment takes four on a quiet machine
STEMS = ["vocals", "guitar", "piano", "drums", "bass", "other"]
VIDEO = Video("jNQXAC9IVRw", title="Some Band - A Song", seconds=5)


async def done(chat: Chat, question: Message) -> None:
    await chat.until(lambda message: message.reply_to == question and "Done in" in message.text, PATIENCE)


def files_for(chat: Chat, question: Message) -> list[str]:
    answers = [message for message in chat.from_bot() if message.reply_to == question and not message.is_card]
    return [message.file.name for message in answers if message.file is not None]


async def add(file: Path, variables: dict[str, str]) -> None:
    """`fl-bt models add`, as the owner of the machine."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "models", "add", str(file), "--name", "htdemucs_6s", env=variables,
        cwd=file.parent,
    )  # fmt: skip
    assert await process.wait() == 0


async def test_a_link_becomes_six_stems_and_no_guitar(tmp_path: Path, models_dir: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for folder in models_dir.glob("2stems*"):
        (models / folder.name).symlink_to(folder)
    file = await asyncio.to_thread(write_network, tmp_path / "six.safetensors", "htdemucs_6s")
    with YouTubeStandIn() as site:
        site.add(VIDEO)
        async with BotApi() as server:
            ana = server.private(server.person("Ana"))
            variables = environment(server, tmp_path / "data", models, **site.environment)
            async with up(variables, tmp_path) as running:
                await running.says("is listening")
                await pair(running, ana)
                await add(file, variables)  # while the worker runs
                async with asyncio.timeout(PATIENCE):
                    while not any("HTDemucs (6 stems) is better" in message.text for message in ana.from_bot()):
                        await ana.say("/settings")
                        await asyncio.sleep(2)
                question = await ana.say("https://youtu.be/jNQXAC9IVRw")
                await done(ana, question)
                card = await ana.until(lambda message: any("Better: 6 stems" in label for label in message.labels))
                (better,) = [label for label in card.labels if "Better: 6 stems" in label]
                assert (
                    "The better separation into 6 stems takes about" in await (await ana.press(card, better)).answer()
                )
                await done(ana, card)
                assert [name.split()[0] for name in files_for(ana, card)] == STEMS
                question = await ana.say("no guitar")
                await done(ana, question)
                (mix,) = files_for(ana, question)
                assert mix.startswith("no guitar ")
    assert list((tmp_path / "data" / "store" / "work").iterdir()) == []
