"""FL-BT as people run it: `fl-bt up` in a process, against the stand-ins, with its whole family in view."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.peers.botapi import BotApi, Chat

PATIENCE = 120  # seconds; a machine may be busy with other things


@dataclass
class Up:
    """A running `fl-bt up` and its log."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode())

    async def says(self, pattern: str) -> "re.Match[str]":
        async with asyncio.timeout(PATIENCE):
            while True:
                for line in self.log:
                    if found := re.search(pattern, line):
                        return found
                await asyncio.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def parts(self, word: str) -> list[psutil.Process]:
        """The living processes of the family of which `word` is an argument, or the name."""
        found = []
        for process in self.family():
            with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
                if word in process.cmdline() or process.name() == word:
                    found.append(process)
        return found

    def part(self, word: str) -> psutil.Process:
        processes = self.parts(word)
        assert processes, f"no {word} among the processes"
        return processes[0]


def environment(server: BotApi, data: Path, models: Path, **more: str) -> dict[str, str]:
    """The settings of a Telegram bot, and nothing of the person running the tests."""
    bot = {
        "FLBT_TELEGRAM_TOKEN": server.token,
        "FLBT_TELEGRAM_BASE_URL": server.base_url,
        "FLBT_TELEGRAM_FILE_URL": server.file_url,
    }
    return environment_of(data, models, **bot, **more)


def environment_of(data: Path, models: Path, **more: str) -> dict[str, str]:
    """The settings of the product without a bot."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    return {**kept, "FLBT_DATA": str(data), "FLBT_MODELS": str(models), **more}


@asynccontextmanager
async def up(environment: dict[str, str], folder: Path) -> AsyncIterator[Up]:
    """Run until the context ends; then it has to stop in good order, and nothing of it may be left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "up", cwd=folder, env=environment, stderr=asyncio.subprocess.PIPE
    )
    running = Up(process)
    listening = asyncio.create_task(running.listen())
    try:
        yield running
        family = running.family()
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        _, alive = await asyncio.to_thread(psutil.wait_procs, family, PATIENCE)
        assert alive == []
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await listening


async def pair(running: Up, owner: Chat) -> None:
    """Open the pairing link from the log, which makes a person the owner."""
    code = (await running.says(r"\?start=(\S+)"))[1]
    await owner.say(f"/start {code}")
    await owner.until(lambda message: "I’m yours now" in message.text, PATIENCE)
