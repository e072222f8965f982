"""Measures the memory of a busy worker, an idle worker and an idle bot, and the delays of a job."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil
from pydantic import SecretStr

from bench.engines import Bench, song
from bench.watch import Peak, environment, memory_of
from bot.terminal.watch import changes
from jobs.models import Format, Order, Request, Upload, request_id
from jobs.process.valkey import private_valkey
from jobs.progress import RequestPhase, TrackStage
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.address import open_store
from jobs.store.store import ResultStore, receiving
from tests.peers.botapi import BotApi

MOST_TO_KILL = 30.0  # seconds
LISTEN = 20.0  # seconds in which commands are counted
CALM = 6.0  # seconds after which a process without work counts as idle


class Studio(NamedTuple):
    """Memory in bytes, times in seconds."""

    idle_worker: int
    idle_worker_after: int  # when a job has been done
    idle_bot: int
    worker_commands: float  # to the queue, per second, while there is no work
    bot_commands: float
    tree: int  # worker and children, at most, while a job is done
    to_first_segment: float  # from the moment the job is in the queue
    kill_to_memory: float  # from the cancellation until no child is left


async def look(bench: Bench, seconds: int) -> Studio:
    """Runs a worker and a bot on a separate queue and measures them."""
    with TemporaryDirectory(dir=bench.folder) as folder, private_valkey() as url:
        settings = Settings(data=Path(folder), models=bench.models_dir, access="open")
        store = open_store(settings)
        queue = JobQueue.at(url)
        try:
            upload = await _brought(store, song(bench, seconds))
            async with BotApi() as server:
                told = _told(settings, url, server)
                async with _process(bench, told, "bot", "bot") as bot:
                    await asyncio.sleep(CALM)
                    idle_bot = memory_of(bot)
                    bot_commands = await _commands(queue)
            async with _process(bench, told, "worker", "run") as worker:
                await asyncio.sleep(CALM)
                idle = memory_of(worker)
                worker_commands = await _commands(queue)
                peak = Peak(worker)
                done = _asked(upload, "done")
                first = await _until_first_segment(queue, done)
                async for view in changes(queue, done.id):
                    last = view
                peak.stop()
                assert last.phase is RequestPhase.READY, last
                await asyncio.sleep(CALM)
                after = memory_of(worker)
                await store.forget(done.track_id)
                killed = _asked(upload, "killed")
                await _until_first_segment(queue, killed)
                kill = await _kill(queue, killed, worker)
        finally:
            await queue.close()
    return Studio(idle, after, idle_bot, worker_commands, bot_commands, peak.bytes, first, kill)


async def _commands(queue: JobQueue) -> float:
    """Commands to the queue per second, without ours; the guard of the private queue sends one in five seconds."""
    before = await _count(queue)
    await asyncio.sleep(LISTEN)
    return (await _count(queue) - before - 1) / LISTEN


async def _count(queue: JobQueue) -> int:
    found: dict[str, dict[str, int]] = await queue.redis.info("commandstats")
    return sum(one["calls"] for one in found.values())


def _told(settings: Settings, url: SecretStr, server: BotApi) -> dict[str, str]:
    return {
        "FLBT_REDIS_URL": url.get_secret_value(), "FLBT_DATA": str(settings.data), "FLBT_STORE": settings.store_url,
        "FLBT_MODELS": str(settings.models_dir), "FLBT_TELEGRAM_TOKEN": server.token, "FLBT_ACCESS": "open",
        "FLBT_TELEGRAM_BASE_URL": server.base_url, "FLBT_TELEGRAM_FILE_URL": server.file_url,
    }  # fmt: skip


@contextlib.asynccontextmanager
async def _process(bench: Bench, told: Mapping[str, str], *words: str) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", *words, env={**environment(bench.bytecode), **told}, cwd=bench.folder,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid
        assert process.returncode is None, f"{words} ended by itself"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _brought(store: ResultStore, path: Path) -> Upload:
    upload = Upload(upload_id="bench", name=path.name)
    async with receiving(store, upload) as part:
        os.link(path, part)
    return upload


def _asked(upload: Upload, turn: str) -> Request:
    return Request(
        id=request_id("bench:", turn, upload), platform="bench", chat="bench:", asker="bench:", source=upload,
        order=Order(format=Format.MP3), created_at=time.time(),
    )  # fmt: skip


async def _until_first_segment(queue: JobQueue, request: Request) -> float:
    began = time.monotonic()
    await queue.submit(request)
    async for view in changes(queue, request.id):
        progress = view.progress
        if progress and progress.stage is TrackStage.SEPARATING and progress.fraction:
            return time.monotonic() - began
    raise SystemExit("the job ended before its first segment")


async def _kill(queue: JobQueue, request: Request, worker: int) -> float:
    children = [child for child in psutil.Process(worker).children(recursive=True) if not _stays(child)]
    began = time.monotonic()
    await queue.cancel(request.id)
    await asyncio.to_thread(_wait_for_the_end, children, began + MOST_TO_KILL)
    return time.monotonic() - began


def _wait_for_the_end(processes: list[psutil.Process], deadline: float) -> None:
    while any(map(_lives, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _stays(process: psutil.Process) -> bool:
    """Whether it is the server that children are forked from, which lives as long as the worker."""
    try:
        return "worker.child.fork_server" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def _lives(process: psutil.Process) -> bool:
    """Whether it still runs. `psutil.wait_procs` would wait for another process that got the same number."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
