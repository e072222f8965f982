"""One conversation in a private chat or a group, on each platform: what is the same is tested once for both."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from bot.delivery.timing import USUAL
from bot.discord.pace import DISCORD
from bot.telegram.sending.pace import TELEGRAM
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.discord import discord_fixture
from tests.bot.discord.discord_fixture import Rig as DiscordRig
from tests.bot.platforms.names import bare
from tests.bot.platforms.on_web import OnWeb
from tests.bot.telegram import chat_fixture
from tests.bot.telegram.chat_fixture import QUICK, Worker
from tests.bot.telegram.chat_fixture import Rig as TelegramRig
from tests.bot.web import web_fixture
from tests.bot.web.web_fixture import Rig as WebRig
from tests.peers.botapi import BotApi
from tests.peers.botapi.files import sniff
from tests.peers.discord import Discord, User


class Talk(Protocol):
    """A person's chat with the bot. Messages are the stand-in's own; each has a `text`."""

    @property
    def worker(self) -> Worker: ...

    async def own(self) -> None:
        """Become the owner of the bot."""
        ...

    async def say(self, text: str) -> None: ...

    async def command(self, name: str, **options: str) -> str:
        """Give a command. Returns what is answered, or the mark that it gets instead."""
        ...

    async def until(self, condition: Callable[[Any], bool]) -> Any: ...

    async def press(self, message: Any, label: str) -> str:
        """Press a button. Returns what the person is told."""
        ...

    async def turn(self, message: Any, label: str) -> None:
        """Press a button that changes the buttons and says nothing, once it is there."""
        ...

    async def shows(self, message: Any, label: str) -> None:
        """Wait until a button is under a message."""
        ...

    async def settled(self) -> None: ...

    def texts(self) -> list[str]:
        """The bot's messages."""
        ...

    def messages(self) -> int:
        """How many messages the bot sent; an album is one."""
        ...

    def pictures(self, message: Any) -> list[str]:
        """The kinds of pictures in a message: `png`, `jpg`."""
        ...

    def files(self) -> list[str]:
        """What the bot sent but pictures, in letters and digits alone: platforms spell names of files differently."""
        ...


class OnTelegram:
    def __init__(self, rig: TelegramRig, person: str = "Ana") -> None:
        self._rig = rig
        self._person = rig.server.person(person)
        self._chat = rig.server.private(self._person)

    @classmethod
    def band(cls, rig: TelegramRig, *people: str) -> list["OnTelegram"]:
        """Members of one group."""
        talks = [cls(rig, person) for person in people]
        group = rig.server.group("The Band", [one._person for one in talks])
        for one in talks:
            one._chat = group
        return talks

    @property
    def worker(self) -> Worker:
        return self._rig.worker

    async def own(self) -> None:
        await self._rig.owned_by(self._chat.id)
        await self.command("start")  # else the bot may not write first

    async def say(self, text: str) -> None:
        await self._chat.say(text, by=self._person)

    async def command(self, name: str, **options: str) -> str:
        question = await self._chat.say(" ".join([f"/{name}", *options.values()]), by=self._person)

        def answer() -> str | None:
            later = [message.text for message in self._chat.from_bot() if message.id > question.id]
            return later[0] if later else question.reaction or None

        return await self._rig.server.until(answer, tell=self._chat.transcript)

    async def until(self, condition: Callable[[Any], bool]) -> Any:
        return await self._chat.until(lambda message: message in self._chat.from_bot() and condition(message))

    async def press(self, message: Any, label: str) -> str:
        return await (await self._chat.press(message, label, by=self._person)).answer()

    async def turn(self, message: Any, label: str) -> None:
        await self.shows(message, label)
        await self._chat.press(message, label, by=self._person)

    async def shows(self, message: Any, label: str) -> None:
        await self.until(lambda one: one.id == message.id and label in str(one.buttons))

    async def settled(self) -> None:
        await self._rig.settled()

    def texts(self) -> list[str]:
        return [message.text for message in self._chat.from_bot()]

    def messages(self) -> int:
        return len({message.album or message.id for message in self._chat.from_bot()})

    def pictures(self, message: Any) -> list[str]:
        return [sniff(message.file.content)] if message.file is not None and message.is_card else []

    def files(self) -> list[str]:
        sent = [message for message in self._chat.from_bot() if not message.is_card]
        return [bare(message.file.name) for message in sent if message.file is not None]


class OnDiscord:
    def __init__(self, rig: DiscordRig, person: str = "Ana") -> None:
        self._rig = rig
        self._person: User = rig.server.person(person)
        self._chat = rig.server.direct(self._person)

    @classmethod
    def band(cls, rig: DiscordRig, *people: str) -> list["OnDiscord"]:
        """Members of one server, in its channel."""
        talks = [cls(rig, person) for person in people]
        (channel, *_) = rig.server.guild("The Band", talks[0]._person).channels
        for one in talks:
            one._chat = channel
        return talks

    @property
    def worker(self) -> Worker:
        return self._rig.worker

    async def own(self) -> None:
        await self._rig.owned_by(self._person)

    async def say(self, text: str) -> None:
        await self._rig.server.say(self._chat, self._person, text)

    async def command(self, name: str, **options: str) -> str:
        return await self._rig.server.told(await self._rig.server.command(self._chat, self._person, name, **options))

    async def until(self, condition: Callable[[Any], bool]) -> Any:
        return await self._chat.until(condition)

    async def press(self, message: Any, label: str) -> str:
        return await self._rig.server.told(await self._rig.server.press(self._chat, self._person, message, label))

    async def turn(self, message: Any, label: str) -> None:
        await self.shows(message, label)
        await self._rig.server.press(self._chat, self._person, message, label)

    async def shows(self, message: Any, label: str) -> None:
        await self.until(lambda one: one.id == message.id and label in str(one.buttons))

    async def settled(self) -> None:
        await self._rig.settled()

    def texts(self) -> list[str]:
        return [message.text for message in self._chat.from_bot()]

    def messages(self) -> int:
        return len(self._chat.from_bot())

    def pictures(self, message: Any) -> list[str]:
        return [file.name.rpartition(".")[2] for file in message.files]

    def files(self) -> list[str]:
        sent = [file.name for message in self._chat.from_bot() for file in message.all_files]
        return [bare(name) for name in sent if not name.endswith((".png", ".jpg"))]


PLATFORMS = ("telegram", "discord")
#: Those and the web, where a chat has one person, and nothing is sent: files are downloaded.
EVERYWHERE = (*PLATFORMS, "web")

#: The owner hears of news at once.
SOON_TOLD = replace(QUICK, look_for_news=0.05)


@asynccontextmanager
async def meeting(
    platform: str,
    queue: JobQueue,
    store: FolderStore,
    tmp_path: Path,
    *people: str,
    access: str = "open",
    band: bool = False,
    hurried: bool = True,
    late_line: float = 0.0,
) -> AsyncIterator[list[Talk]]:
    """A running bot, and the private chat of each person with it. At the end, nothing was sent that is refused.

    `band`: the people are in one group instead. `hurried`: pauses are shorter than those of a real chat. `late_line`:
    seconds that the bot waits for the analysis of a delivered song.
    """
    worker = Worker(queue, store)
    if platform == "telegram":
        async with BotApi() as api:
            settings = chat_fixture.settings_for(api, tmp_path, access=access)
            telegram = TelegramRig(api, queue, store, settings, worker)
            telegram.timing = replace(SOON_TOLD, late_line=late_line)
            if not hurried:
                telegram.pace, telegram.timing = TELEGRAM, USUAL
            async with telegram.bot():
                yield list(
                    OnTelegram.band(telegram, *people) if band else [OnTelegram(telegram, one) for one in people]
                )
            assert api.refused == []
    elif platform == "web":
        web = WebRig(queue, store, web_fixture.settings_for(tmp_path), worker)
        web.timing = replace(SOON_TOLD, late_line=late_line)
        async with AsyncExitStack() as opened:
            await opened.enter_async_context(web.serving())
            yield [OnWeb(web, await opened.enter_async_context(web.browser())) for _ in people]
    else:
        async with Discord() as server:
            settings = discord_fixture.settings_for(server, tmp_path, access=access)
            discord = DiscordRig(server, queue, store, settings, worker)
            discord.timing = replace(SOON_TOLD, late_line=late_line)
            if not hurried:
                discord.pace, discord.timing = DISCORD, USUAL
            async with discord.bot():
                yield list(OnDiscord.band(discord, *people) if band else [OnDiscord(discord, one) for one in people])
            assert server.refused == []
            assert server.unacknowledged == []
