"""`fl-bt check`, as a container's health check runs it."""

import asyncio
import os
import sys
import time
from pathlib import Path

from pydantic import SecretStr

from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.queue.views import ALIVE
from tests.peers.botapi import BotApi


async def start(command: str, url: str, folder: Path, **settings: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", command, cwd=folder, stderr=asyncio.subprocess.PIPE,
        env=environment | {"FLBT_REDIS_URL": url, "FLBT_DATA": str(folder), **settings},
    )  # fmt: skip


async def check(url: str, folder: Path) -> tuple[int, str]:
    process = await start("check", url, folder)
    _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode().strip()


async def test_a_bot_is_well_while_it_looks_after_its_requests(
    queue: JobQueue, valkey_server: SecretStr, tmp_path: Path
) -> None:
    url = valkey_server.get_secret_value()
    assert await check(url, tmp_path) == (1, "no heartbeat")
    async with BotApi() as server:
        bot = await start(
            "bot", url, tmp_path, FLBT_TELEGRAM_TOKEN=server.token,
            FLBT_TELEGRAM_BASE_URL=server.base_url, FLBT_TELEGRAM_FILE_URL=server.file_url,
        )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                while not await queue.front_ends():
                    await asyncio.sleep(0.05)
            assert await check(url, tmp_path) == (0, "")
        finally:
            bot.terminate()
            await bot.communicate()


async def test_another_front_end_and_an_old_look_do_not_count(
    queue: JobQueue, valkey_server: SecretStr, tmp_path: Path
) -> None:
    now = time.time()
    await queue.redis.zadd(keys.FRONTS, {"elsewhere": now, "telegram": now - ALIVE - 1})
    assert await queue.front_ends() == ["elsewhere"]
    assert await check(valkey_server.get_secret_value(), tmp_path) == (1, "no heartbeat")


async def test_without_a_queue_nothing_is_well(tmp_path: Path) -> None:
    code, said = await check(f"unix://{tmp_path}/nobody.sock", tmp_path)
    assert code == 1
    assert said.startswith("no answer from the queue: ")
