"""A browser as a chat: its tasks and messages are what a person sees, one under the other."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.web.address import person_of
from tests.bot.platforms.names import bare
from tests.bot.telegram.chat_fixture import PATIENCE, Worker
from tests.bot.web.web_fixture import Browser, Rig


@dataclass
class Shown:
    """A task or a message of the page. `id`: later ones have higher ones. `rows`: those of the page of buttons that
    was opened, if one was."""

    id: int
    at: str
    said: dict[str, Any]
    rows: Any = None

    @property
    def text(self) -> str:
        return "\n".join(filter(None, (self.said.get("heading"), self.said["text"])))

    @property
    def buttons(self) -> dict[str, str]:
        """The data of each button, by its label."""
        rows = self.rows if self.rows is not None else self.said["buttons"]
        return {button["label"]: button["action"] for row in rows for button in row}


class OnWeb:
    def __init__(self, rig: Rig, browser: Browser) -> None:
        self._rig = rig
        self._browser = browser
        self._shown: dict[str, Shown] = {}
        (cookie,) = browser.session.cookie_jar
        self._person = person_of(cookie.value.partition(".")[0])

    @property
    def worker(self) -> Worker:
        return self._rig.worker

    async def own(self) -> None:
        assert await self._rig.site.services.access.claim(self._person)

    async def say(self, text: str) -> None:
        await self._browser.post("/api/say", json={"text": text})

    async def command(self, name: str, **options: str) -> str:
        said = await self._browser.post("/api/say", json={"text": " ".join([f"/{name}", *options.values()])})
        return said["replies"][0]["text"] if said["replies"] else ""

    async def until(self, condition: Callable[[Any], bool]) -> Any:
        end = time.monotonic() + PATIENCE
        while True:
            for one in await self._look():
                if condition(one):
                    return one
            assert time.monotonic() < end, [one.text for one in self._shown.values()]
            await asyncio.sleep(0.05)

    async def press(self, message: Any, label: str) -> str:
        await self.shows(message, label)
        pressed = await self._browser.post(f"{message.at}/press", json={"action": message.buttons[label]})
        if pressed["card"] is not None:
            message.rows = pressed["card"]["buttons"]
        replies = [one["text"] for one in pressed["replies"]]
        return str(pressed["toast"] or "\n".join(replies))

    async def turn(self, message: Any, label: str) -> None:
        await self.press(message, label)

    async def shows(self, message: Any, label: str) -> None:
        await self.until(lambda one: one.id == message.id and label in one.buttons)

    async def settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self._rig.queue.attended("web"):
                await asyncio.sleep(0.02)
        await self._look()

    def texts(self) -> list[str]:
        return [one.text for one in self._shown.values()]

    def messages(self) -> int:
        return len(self._shown)

    def pictures(self, message: Any) -> list[str]:
        return ["png"] if message.said.get("picture") else []

    def files(self) -> list[str]:
        """Without the zip that stems have beside their files."""
        named = []
        for one in self._shown.values():
            files = one.said.get("files", ())
            named += [bare(file["name"]) for file in files if len(files) == 1 or not file["archive"]]
        return named

    async def _look(self) -> list[Shown]:
        """Everything that is shown now, in the order in which it came."""
        tasks = (await self._browser.get("/api/tasks"))["tasks"]
        here = {one["task_id"]: (f"/api/tasks/{one['task_id']}", one) for one in reversed(tasks)}
        messages = [one.model_dump(mode="json") for one in self._rig.site.board.messages(self._person)]
        here |= {one["id"]: (f"/api/messages/{one['id']}", one) for one in messages}
        for key, (at, said) in here.items():
            one = self._shown.setdefault(key, Shown(len(self._shown), at, said))
            if one.said["buttons"] != said["buttons"]:
                one.rows = None
            one.said = said
        return list(self._shown.values())
