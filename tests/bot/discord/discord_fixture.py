"""A rig for the Discord bot: the small Discord, a real queue and store, the bot itself, and a worker's end of them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bot.delivery.timing import Timing
from bot.discord.app import Bot
from bot.discord.main import serve
from bot.discord.pace import Pace
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, QUICK, Worker
from tests.peers.discord import Channel, Discord, Guild, Interaction, Message, User

#: Tests wait less between two edits of a card.
QUICK_PACE = Pace(card=0.1, old_card=1.5, servers=0.1)

SONG = "https://youtu.be/dQw4w9WgXcQ"
OTHER = "https://www.youtube.com/watch?v=jNQXAC9IVRw"
PAIR = ["vocals_-_Elis_Tom_-_Aguas_de_Marco.mp3", "accompaniment_-_Elis_Tom_-_Aguas_de_Marco.mp3"]


@dataclass
class Rig:
    """Everything a test needs. `bot()` runs the bot; leaving it is a SIGTERM."""

    server: Discord
    queue: JobQueue
    store: FolderStore
    settings: Settings
    worker: Worker
    #: What a test expects to be refused.
    expected: list[str] = field(default_factory=list)
    pace: Pace = QUICK_PACE
    timing: Timing = QUICK

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Bot]:
        stop, before = asyncio.Event(), self.server.gateway.identified
        bot = Bot(self.settings, self.queue, self.store, self.pace, self.timing)
        task = asyncio.create_task(serve(bot, self.server.token, stop))
        try:
            async with asyncio.timeout(PATIENCE):
                while not task.done() and (self.server.gateway.identified == before or not self.server.rest.commands):
                    await self.server.world.changed(0.1)
                await bot.in_order.caught_up()
            yield bot
        finally:
            stop.set()
            await asyncio.wait_for(task, PATIENCE)

    async def owned_by(self, person: User) -> None:
        """As after a pairing."""
        await answer(self.queue.redis.hset(keys.PEOPLE, "owner:discord", f"discord:{person.id}"))

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Every card is final: nothing is left to attend to."""
        end = time.monotonic() + seconds
        while await self.queue.attended("discord"):
            assert time.monotonic() < end, await self.queue.attended("discord")
            await asyncio.sleep(0.02)

    async def phase(self, place: Guild | User) -> RequestPhase:
        """Of the newest request of a server, or of a person's direct messages."""
        (newest,) = await self.queue.recent(f"discord:{place.id}", limit=1)
        return newest.phase

    def band(self) -> tuple[Channel, User, User]:
        """A server's channel, its admin, and another person in it."""
        ana, bo = self.server.person("Ana"), self.server.person("Bo")
        return self.server.guild("The Band", ana).channels[0], ana, bo

    async def stems(self, channel: Channel, person: User, link: str = SONG) -> Interaction:
        """Ask, and be answered."""
        asked = await self.server.command(channel, person, "stems", link=link)
        await self.server.told(asked)
        return asked

    async def result(self, channel: Channel, person: User, link: str = SONG) -> Message:
        """The final card of a song that was just asked for, and for which the worker had to do something."""
        await self.stems(channel, person, link)
        await self.worker.finish(await self.worker.take())
        await self.settled()
        return [one for one in cards(channel) if done(one)][-1]


def files(channel: Channel) -> list[str]:
    """The names of the files that the bot sent, in order."""
    return [file.name for message in channel.from_bot() for file in message.all_files]


def cards(channel: Channel) -> list[Message]:
    return [message for message in channel.from_bot() if not message.all_files]


def done(message: Message) -> bool:
    return "Done in" in message.text


def settings_for(server: Discord, tmp_path: Path, **more: object) -> Settings:
    values: dict[str, object] = {
        "discord_token": SecretStr(server.token),
        "discord_api_url": server.api_url,
        "access": "open",
        "data": tmp_path / "data",
        **more,
    }
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]  # pydantic validates them
