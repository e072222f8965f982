"""What many workers and many requests cost: `python -m bench.scale [--quick]`, the figures of docs/scale.md.

Commands and time of a job beside busy workers and waiting requests, which are simulated; leases while all of them wait;
songs a minute of 1, 2 and 4 real workers of one thread; requests and bytes to a bucket, a real S3 server. Open requests
as front ends see them: `python -m bench.told`.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from jobs.models import Format, Model, Order, Request, Upload, YouTube, request_id, track_id
from jobs.process.tasks import cancel_and_wait
from jobs.process.valkey import private_valkey
from jobs.progress import RequestPhase
from jobs.queue import keys, recovery
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings, load_settings
from jobs.store.folder import FolderStore
from jobs.store.objects import Objects
from jobs.store.store import receiving
from tests.peers.bucket import s3_server
from tests.worker.lanes import commands, keep_busy, lane, song
from worker.main import work

BUSY: Final = (0, 10, 100, 1000)
OPEN: Final = (100, 10_000, 100_000)
WORKERS: Final = (1, 2, 4)
JOBS: Final = 20
SONGS: Final = 8
SECONDS: Final = 30.0  # of each song
WATCHED: Final = 20.0  # seconds in which leases are watched
AT_ONCE: Final = 1000
PART: Final = 5 << 20  # bytes from which the library sends a file in parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, no songs")
    asked = parser.parse_args()
    print("| busy workers | requests that wait | commands of a job | submit to ready, median | longest |")
    print("| --- | --- | --- | --- | --- |")
    for busy in BUSY[:3] if asked.quick else BUSY:
        print(asyncio.run(_jobs(busy, 0)), flush=True)
    for waiting in OPEN[:2] if asked.quick else OPEN:
        print(asyncio.run(_jobs(10, waiting)), flush=True)
    print("\n| tracks that wait | shortest lease left in 20 s | a period of recovery | its commands | all tracks |")
    print("| --- | --- | --- | --- | --- |")
    for waiting in OPEN[:2] if asked.quick else OPEN:
        print(asyncio.run(_leases(waiting)), flush=True)
    if not asked.quick:
        print("\n| workers of one thread | songs a minute |\n| --- | --- |")
        for workers in WORKERS:
            print(asyncio.run(_throughput(workers)), flush=True)
        asyncio.run(_bucket())


async def _jobs(busy: int, waiting: int) -> str:
    with private_valkey() as url:
        queue = JobQueue.at(url)
        await keep_busy(queue, busy)
        await _fill(queue, waiting)
        counts, took = [], []
        async with lane(url, "idle"):
            for number in range(-1, JOBS):  # the first one may find the lane before it listens
                request = _asked(YouTube(video_id=f"{number + 1:09d}BA"), f"new:{number}")
                await asyncio.sleep(0.05)
                before, began = await commands(queue), time.monotonic()
                await queue.submit(request)
                looks = 0
                while await queue.phase(request.id) is not RequestPhase.READY:
                    looks += 1
                took.append(time.monotonic() - began)
                counts.append(await commands(queue) - before - looks - 2)
            # the lane then takes those that wait; it is stopped before it gets far
        await queue.close()
    return (
        f"| {busy:,} | {waiting:,} | {statistics.median(counts[1:]):.0f} | "
        f"{statistics.median(took[1:]) * 1000:.0f} ms | {max(took[1:]) * 1000:.0f} ms |"
    )


async def _leases(waiting: int) -> str:
    with private_valkey() as url:
        queue = JobQueue.at(url)
        await keep_busy(queue, 1)
        held = _asked(song(0), "held")
        worker = TrackQueue(queue.redis, "busy-0")
        await worker.begin(held.track_id)
        await _fill(queue, waiting)
        tasks = [asyncio.create_task(work) for work in (worker.keep_alive(), worker.keep_recovering())]
        shortest, end = keys.LEASE_MS, time.monotonic() + WATCHED
        await asyncio.sleep(0.5)
        while time.monotonic() < end:
            shortest = min(shortest, await queue.redis.pttl(keys.lease(held.track_id)))
            await asyncio.sleep(0.01)
        await cancel_and_wait(*tasks)
        before, began = await commands(queue), time.monotonic()
        await recovery.free_left(queue.redis, [held.track_id], lambda _: False)
        await recovery.queue_lost(queue.redis, recovery.PAGES)
        period, needed = time.monotonic() - began, await commands(queue) - before - 1
        began = time.monotonic()
        await recovery.queue_lost(queue.redis)
        whole = time.monotonic() - began
        await queue.close()
    return f"| {waiting:,} | {shortest / 1000:.1f} of 10 s | {period * 1000:.0f} ms | {needed} | {whole:.1f} s |"


async def _fill(queue: JobQueue, count: int) -> None:
    """Requests that wait, behind any new one."""
    model = Model().model_dump_json()
    for first in range(0, count, AT_ONCE):
        async with queue.redis.pipeline(transaction=False) as pipe:
            for number in range(first, min(count, first + AT_ONCE)):
                request = _asked(YouTube(video_id=f"{number:08d}CAA"), f"chat{number}")
                job, source = keys.job(request.track_id, 0), request.source.model_dump_json()
                fields = {"request": request.model_dump_json(), "track": request.track_id, "phase": "waiting"}
                pipe.hset(keys.request(request.id), mapping=fields)
                pipe.zadd(keys.attended("bench"), {request.id: request.created_at})
                track = {"source": source, "model": model, "lane": "studio", "chat": request.chat}
                pipe.hset(keys.track(request.track_id), mapping=track)
                pipe.sadd(keys.followers(request.track_id), request.id)
                pipe.sadd(keys.AWAITED, request.track_id)
                pipe.set(f"arq:job:{job}", b"{}")
                # Later than all turns of now, so that the measured jobs come first and none of these is taken.
                pipe.zadd(keys.QUEUE, {job: (time.time() + 86400) * 1000})
            await pipe.execute()


def _asked(source: YouTube | Upload, chat: str, order: Order | None = None) -> Request:
    return Request(
        id=request_id(f"bench:{chat}", "1", source), platform="bench", chat=f"bench:{chat}", asker=f"bench:{chat}",
        source=source, order=order or Order(), created_at=time.time(),
    )  # fmt: skip


# --- real songs -------------------------------------------------------------------------------------------------------


async def _throughput(workers: int) -> str:
    with private_valkey() as url, TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
        store, queue = FolderStore(Path(folder) / "store"), JobQueue.at(url)
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(workers):
                await stack.enter_async_context(_worker(settings, url, Path(folder)))
            while len(await queue.workers()) < workers:  # noqa: ASYNC110 - the queue has no event for it
                await asyncio.sleep(0.1)
            requests = [_asked(await _bring(store, number), str(number)) for number in range(SONGS + 1)]
            await _until_ready(queue, requests[:1])
            began = time.monotonic()
            await _until_ready(queue, requests[1:])
            took = time.monotonic() - began
        await queue.close()
    return f"| {workers} | {SONGS / took * 60:.1f} |"


async def _until_ready(queue: JobQueue, requests: list[Request]) -> None:
    for request in requests:
        await queue.submit(request)
    while {await queue.phase(one.id) for one in requests} != {RequestPhase.READY}:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def _worker(settings: Settings, url: SecretStr, folder: Path) -> Any:
    told = {
        "FLBT_REDIS_URL": url.get_secret_value(), "FLBT_DATA": str(settings.data), "FLBT_STORE": settings.store_url,
        "FLBT_MODELS": str(settings.models_dir), "FLBT_THREADS": "1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", "run", env={**os.environ, **told}, cwd=folder,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def _bucket() -> None:
    """Counts the calls of one song: separated, as FLAC and MP3, then delivered from another machine."""
    calls: Counter[str] = Counter()
    for name in ("put", "put_over", "read", "read_version", "download", "delete"):
        _count(name, calls)
    with private_valkey() as url, TemporaryDirectory() as folder, s3_server(Path(folder) / "s3") as server:
        os.environ.update(server.environment)
        settings = _settings(Path(folder)).model_copy(update={"store": "s3://band/bench", "threads": 1})
        from jobs.store.bucket import BucketStore

        here, there = (BucketStore("s3://band/bench", Path(folder) / name) for name in ("store", "elsewhere"))
        queue = JobQueue.at(url)
        upload = await _bring(here, 0)
        uploaded, calls_before = sum(calls.values()), dict(calls)
        request = _asked(upload, "bucket", Order(format=Format.MP3))
        await queue.submit(request)
        await work(settings, url, burst=True)
        made = dict(calls - Counter(calls_before))
        stored = await here.used_bytes()
        calls.clear()
        result = await there.read(track_id(upload, Model()))
        (rendered,) = result.renditions
        async with there.open(request.track_id, rendered.files, rendered.rendition):
            pass
        print(f"\nA song of {SECONDS:.0f} s in a bucket: {stored / 1e6:.1f} MB, upload included ({uploaded} calls)")
        print(f"worker: {made}\nanother machine that sends it: {dict(calls)}, and one listing")
        await queue.close()


def _count(name: str, calls: "Counter[str]") -> None:
    call = getattr(Objects, name)

    async def counted(self: Objects, *about: Any) -> Any:
        content = about[1] if name == "put" else b""
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        calls[name] += 1 if size <= PART else 2 + -(-size // PART)
        return await call(self, *about)

    setattr(Objects, name, counted)


def _settings(folder: Path) -> Settings:
    store = (folder / "store").as_uri()
    return Settings(_env_file=None, data=folder, store=store, models=load_settings().models_dir)


async def _bring(store: Any, number: int) -> Upload:
    upload = Upload(upload_id=f"bench-{number}", name="song.wav")
    async with receiving(store, upload) as part:
        write_demo_song(part, SECONDS + number / 100)
    return upload


if __name__ == "__main__":
    main()
