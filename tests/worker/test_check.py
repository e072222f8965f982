"""`python -m worker check`, as a container's health check runs it."""

import asyncio
import json
import os
import socket
import sys
import time
from pathlib import Path

from pydantic import SecretStr

from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.queue.views import ALIVE


async def start(command: str, url: str, folder: Path, **settings: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", command, cwd=folder, stderr=asyncio.subprocess.PIPE,
        env=environment | {"FLBT_REDIS_URL": url, "FLBT_DATA": str(folder), **settings},
    )  # fmt: skip


async def check(url: str, folder: Path) -> tuple[int, str]:
    process = await start("check", url, folder)
    _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode().strip()


async def test_a_worker_is_well_while_it_runs(queue: JobQueue, valkey_server: SecretStr, tmp_path: Path) -> None:
    url = valkey_server.get_secret_value()
    worker = await start("run", url, tmp_path, FLBT_LOG_FORMAT="json")
    try:
        async with asyncio.timeout(60):
            while len(await queue.redis.keys("flbt:health:*")) < 2:
                await asyncio.sleep(0.05)
        assert await check(url, tmp_path) == (0, "")
    finally:
        worker.terminate()
        _, said = await worker.communicate()
    events = [json.loads(line) for line in said.splitlines()]
    assert {event["level"] for event in events} == {"INFO"}
    assert sum("is ready" in event["message"] for event in events) == 1
    assert await check(url, tmp_path) == (1, "no heartbeat")


async def test_a_heartbeat_without_polling_is_not_enough(
    queue: JobQueue, valkey_server: SecretStr, tmp_path: Path
) -> None:
    """As when a loop hangs."""
    name = f"{socket.gethostname()}-1-abc"
    await queue.redis.zadd(keys.WORKERS, {f"{name}-studio": time.time()})
    await queue.redis.set(keys.health(f"{name}-studio"), b"")
    await queue.redis.set(keys.health("elsewhere-2-def-quick"), b"")
    assert await check(valkey_server.get_secret_value(), tmp_path) == (1, "no heartbeat")
    await queue.redis.set(keys.health(f"{name}-quick"), b"")
    await queue.redis.set(keys.health(f"{name}-slow"), b"")
    assert await check(valkey_server.get_secret_value(), tmp_path) == (0, "")


async def test_heartbeats_of_other_hosts_and_old_ones_do_not_count(
    queue: JobQueue, valkey_server: SecretStr, tmp_path: Path
) -> None:
    now = time.time()
    await queue.redis.zadd(keys.WORKERS, {"elsewhere-1-abc": now, f"{socket.gethostname()}-1-abc": now - ALIVE - 1})
    assert await check(valkey_server.get_secret_value(), tmp_path) == (1, "no heartbeat")


async def test_without_a_queue_nothing_is_well(tmp_path: Path) -> None:
    code, said = await check(f"unix://{tmp_path}/nobody.sock", tmp_path)
    assert code == 1
    assert said.startswith("no answer from the queue: ")
