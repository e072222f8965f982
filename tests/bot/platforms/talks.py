"""One conversation in a private chat, on each platform: what is the same is tested once for both."""

import re
from collections.abc import Callable
from typing import Any, Protocol

from tests.bot.discord.discord_fixture import Rig as DiscordRig
from tests.bot.telegram.chat_fixture import Rig as TelegramRig
from tests.bot.telegram.chat_fixture import Worker
from tests.peers.discord import User


class Talk(Protocol):
    """A person's private chat with the bot. Messages are the stand-in's own; each has a `text`."""

    @property
    def worker(self) -> Worker: ...

    async def say(self, text: str) -> None: ...

    async def command(self, name: str) -> str:
        """Give a command without options. Returns what is answered."""
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

    def files(self) -> list[str]:
        """What the bot sent, in letters and digits alone: platforms spell names of files differently."""
        ...


class OnTelegram:
    def __init__(self, rig: TelegramRig) -> None:
        self._rig = rig
        self._chat = rig.ana()

    @property
    def worker(self) -> Worker:
        return self._rig.worker

    async def say(self, text: str) -> None:
        await self._chat.say(text)

    async def command(self, name: str) -> str:
        question = await self._chat.say(f"/{name}")
        answer = await self._chat.until(lambda message: message.id > question.id and message in self._chat.from_bot())
        return answer.text

    async def until(self, condition: Callable[[Any], bool]) -> Any:
        return await self._chat.until(lambda message: message in self._chat.from_bot() and condition(message))

    async def press(self, message: Any, label: str) -> str:
        return await (await self._chat.press(message, label)).answer()

    async def turn(self, message: Any, label: str) -> None:
        await self.shows(message, label)
        await self._chat.press(message, label)

    async def shows(self, message: Any, label: str) -> None:
        await self.until(lambda one: one.id == message.id and label in str(one.buttons))

    async def settled(self) -> None:
        await self._rig.settled()

    def files(self) -> list[str]:
        return [_bare(message.file.name) for message in self._chat.from_bot() if message.file is not None]


class OnDiscord:
    def __init__(self, rig: DiscordRig) -> None:
        self._rig = rig
        self._ana: User = rig.server.person("Ana")
        self._chat = rig.server.direct(self._ana)

    @property
    def worker(self) -> Worker:
        return self._rig.worker

    async def say(self, text: str) -> None:
        await self._rig.server.say(self._chat, self._ana, text)

    async def command(self, name: str) -> str:
        return await self._rig.server.told(await self._rig.server.command(self._chat, self._ana, name))

    async def until(self, condition: Callable[[Any], bool]) -> Any:
        return await self._chat.until(condition)

    async def press(self, message: Any, label: str) -> str:
        return await self._rig.server.told(await self._rig.server.press(self._chat, self._ana, message, label))

    async def turn(self, message: Any, label: str) -> None:
        await self.shows(message, label)
        await self._rig.server.press(self._chat, self._ana, message, label)

    async def shows(self, message: Any, label: str) -> None:
        await self.until(lambda one: one.id == message.id and label in str(one.buttons))

    async def settled(self) -> None:
        await self._rig.settled()

    def files(self) -> list[str]:
        return [_bare(file.name) for message in self._chat.from_bot() for file in message.all_files]


def _bare(name: str) -> str:
    plain = name.replace("Á", "A").replace("ç", "c")
    return re.sub(r"[^a-z0-9]+", " ", plain.lower().replace("&", " ")).strip()
