"""Several workers on one queue: each song is done by one, a dead worker's songs are done by others, and more workers
are faster."""

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.models import Format, Order, Request
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.running import PATIENCE
from tests.sounds import music, write_wav
from tests.weights import models_dir
from tests.worker.track_fixture import ask, bring, seen

__all__ = ["models_dir"]

SONGS = 6
FLAC = Order(format=Format.FLAC)


@dataclass
class Fleet:
    """Worker processes, all on one queue and one store."""

    queue: JobQueue
    store: FolderStore
    settings: Settings
    url: SecretStr
    folder: Path

    @contextlib.asynccontextmanager
    async def worker(self, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A worker process, stopped at the end if it still lives."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FLBT_")},
            "FLBT_REDIS_URL": self.url.get_secret_value(),
            "FLBT_DATA": str(self.settings.data),
            "FLBT_STORE": self.settings.store_url,
            "FLBT_MODELS": str(self.settings.models_dir),
            "FLBT_THREADS": "1",
        }
        with (self.folder / f"{name}.log").open("w") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "worker", "run", env=environment, stderr=log, start_new_session=True,
                cwd=self.folder,
            )  # fmt: skip
        try:
            await self.until(lambda: "is ready" in self.log(name))
            yield process
            if process.returncode is None:
                process.terminate()
                assert await asyncio.wait_for(process.wait(), 120) == 0, "told to stop, it stops in good order"
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def log(self, name: str = "*") -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob(f"{name}.log")))

    def starts(self, request: Request) -> list[str]:
        """The numbers of all starts of the request's track, by any worker."""
        return re.findall(rf"track {request.track_id}: begun.* start=(\d+)", self.log())

    def ends(self, request: Request) -> int:
        return self.log().count(f"track {request.track_id}: ready")

    async def ask_for(self, songs: int) -> list[Request]:
        """Requests different songs of one second, from four chats in turn."""
        requests = []
        for number in range(songs):
            path = write_wav(self.folder / f"{len(list(self.folder.iterdir()))}.wav", music(1, seed=number))
            requests.append(ask(await bring(self.store, path), FLAC, f"chat{number % 4}"))
        for request in requests:
            await self.queue.submit(request)
        return requests

    async def until_ready(self, requests: list[Request]) -> None:
        async with asyncio.timeout(2 * PATIENCE):
            while {view.phase for view in await self.queue.views([one.id for one in requests])} != {RequestPhase.READY}:
                await asyncio.sleep(0.05)
        await self.until(lambda: all(self.ends(request) for request in requests))

    async def lease(self, request: Request) -> str:
        """The name of the worker with the request's track, '' without one."""
        return (await self.queue.redis.get(keys.lease(request.track_id)) or b"").decode()

    async def in_hands_of(self, process: asyncio.subprocess.Process, requests: list[Request]) -> Request:
        """Waits until the worker has the track of one of the requests, and returns that request."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for request in requests:
                    if f"-{process.pid}-" in await self.lease(request):
                        return request
                await asyncio.sleep(0.01)

    async def stopped_with(self, process: asyncio.subprocess.Process, requests: list[Request]) -> Request:
        """Stops the worker while it has the track of one of the requests, and returns that request."""
        while True:
            request = await self.in_hands_of(process, requests)
            process.send_signal(signal.SIGSTOP)
            if f"-{process.pid}-" in await self.lease(request):
                return request
            process.send_signal(signal.SIGCONT)  # it finished that one at the same moment

    async def until_started_again(self, request: Request) -> float:
        """The seconds until a track is started for the second time."""
        began = time.monotonic()
        await self.until(lambda: "2" in self.starts(request))
        return time.monotonic() - began

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.05)


@pytest.fixture
def fleet(queue: JobQueue, store: FolderStore, tmp_path: Path, models_dir: Path, valkey_server: SecretStr) -> Fleet:
    folder = tmp_path / "fleet"
    folder.mkdir()
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)
    return Fleet(queue, store, settings, valkey_server, folder)


@pytest.mark.faults
async def test_one_two_and_three_workers_do_each_song_once(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    took: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        for name in ("first", "second", "third"):
            await stack.enter_async_context(fleet.worker(name))
            began = time.monotonic()
            requests = await fleet.ask_for(SONGS)
            await fleet.until_ready(requests)
            took.append(time.monotonic() - began)
            assert [fleet.starts(request) for request in requests] == [["1"]] * SONGS
            assert [fleet.ends(request) for request in requests] == [1] * SONGS
    with capsys.disabled():
        ratios = [f"{took[0] / each:.2f}" for each in took]
        print(f"\n{SONGS} songs with one, two, three workers: {took[0]:.1f} s; throughput as {ratios}")  # noqa: T201
    at_work = Counter(name for name in ("first", "second", "third") if "ready" in fleet.log(name))
    assert len(at_work) == 3
    assert list((fleet.store.root / "work").iterdir()) == []


@pytest.mark.faults
async def test_songs_of_a_killed_and_a_stopped_worker_are_done(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    """One is killed during a song; one is stopped until another has its song, and then continues."""
    async with fleet.worker("killed") as killed, fleet.worker("stopped") as stopped:
        requests = await fleet.ask_for(SONGS)
        orphan = await fleet.stopped_with(killed, requests)
        killed.kill()
        await killed.wait()
        abandoned = await fleet.stopped_with(stopped, requests)
        began = time.monotonic()
        async with fleet.worker("third"):
            for request in (orphan, abandoned):
                await fleet.until_started_again(request)
            waited = time.monotonic() - began
            stopped.send_signal(signal.SIGCONT)
            await fleet.until_ready(requests)
            with capsys.disabled():
                print(f"\nsongs of a killed and a stopped worker were started elsewhere after {waited:.1f} s")  # noqa: T201
            assert waited < 60
            if "1" in fleet.starts(abandoned):  # else it was stopped before it logged the start
                await fleet.until(lambda: f"{abandoned.track_id}: another worker has it now" in fleet.log("stopped"))
    for request in requests:
        if request in (orphan, abandoned):
            assert sorted(fleet.starts(request)) in (["1", "2"], ["2"])
        else:
            assert fleet.starts(request) == ["1"]
        assert (await seen(fleet.queue, request)).phase is RequestPhase.READY
    fleet.store.workspace.sweep()  # leftovers of the killed worker; workers sweep at their start and after each track
    assert list((fleet.store.root / "work").iterdir()) == []


@pytest.mark.faults
async def test_a_restarted_worker_runs_its_predecessors_song_again(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    async with fleet.worker("first") as first:
        (request,) = await fleet.ask_for(1)
        await fleet.stopped_with(first, [request])
        first.kill()
        await first.wait()
    began = time.monotonic()
    async with fleet.worker("second"):
        up = time.monotonic() - began
        waited = await fleet.until_started_again(request)
        await fleet.until_ready([request])
    with capsys.disabled():
        print(  # noqa: T201
            f"\nthe song of a killed worker ran again {up + waited:.1f} s after the restart, {waited:.1f} s after the"
            " next one was up"
        )
    assert fleet.starts(request) in (["1", "2"], ["2"])  # it may have died before it logged the start
    assert waited < 15, "nobody waits for the lease of a worker that is known to be dead"
