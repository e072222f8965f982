"""Songs that are sent together, and what the bot makes of them."""

import asyncio
import time
from typing import Any

from jobs.models import Upload
from tests.bot.telegram.chat_fixture import PATIENCE, Rig, cards
from tests.bot.telegram.chat_steps import MP3
from tests.peers.botapi import Chat, Message

FULL = "You have 5 songs in the works, which is as many as I take at a time."


def songs(count: int, **about: Any) -> list[dict[str, Any]]:
    return [
        {"content": MP3 + bytes([number]), "name": f"song {number}.mp3", "mime": "audio/mpeg", **about}
        for number in range(1, count + 1)
    ]


def told(chat: Chat) -> list[Message]:
    """The bot's messages besides the songs' cards and files."""
    return [message for message in cards(chat) if not message.text.startswith(("song ", "Elis", "youtu", "YouTube"))]


async def names(rig: Rig, chat: Chat) -> list[str]:
    """Of the files in line or done, in order."""
    views = reversed(await rig.queue.recent(f"telegram:{chat.id}", limit=50))
    return [view.request.source.name for view in views if isinstance(view.request.source, Upload)]


async def finish(rig: Rig, count: int) -> None:
    """Make so many songs, and have them sent."""
    before = len(await rig.queue.attended("telegram"))
    for _ in range(count):
        await rig.worker.finish(await rig.worker.take())
    end = time.monotonic() + PATIENCE
    while len(await rig.queue.attended("telegram")) > before - count:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def says(message: Message, text: str) -> bool:
    return message.text == text
