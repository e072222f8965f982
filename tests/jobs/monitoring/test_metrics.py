"""Figures for Prometheus: counters and gauges, on a loopback port only."""

import asyncio
import logging
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psutil
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from jobs.failures import Failure, Reason
from jobs.monitoring import metrics
from jobs.monitoring.prometheus import serve_metrics
from jobs.process.tasks import cancel_and_wait
from jobs.queue.providers import keep_standing
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from jobs.youtube import Provider, Standing
from tests.jobs.requests import OTHER, SONG, ask
from tests.ports import free_port

Said = dict[tuple[str, str], float]


@asynccontextmanager
async def exposed(port: int, queue: JobQueue, store: FolderStore, every: float = 5) -> AsyncIterator[None]:
    settings = Settings(_env_file=None, quota_gb=2)
    task = asyncio.create_task(serve_metrics(port, queue.redis, store, settings, CollectorRegistry(), every))
    try:
        yield
    finally:
        await cancel_and_wait(task)


async def said(port: int) -> Said:
    """Every figure: its name and labels → its value."""
    async with httpx.AsyncClient() as client, asyncio.timeout(120):
        while True:
            try:
                text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
            except httpx.ConnectError:
                text = ""
            if "flbt_workers 0.0" in text or "flbt_workers 1.0" in text:
                break
            await asyncio.sleep(0.05)
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_gauges(queue: JobQueue, store: FolderStore) -> None:
    port = free_port()
    (store.root / "inbox" / "song").write_bytes(bytes(1000))
    for source, age in ((SONG, 50), (OTHER, 20)):
        await queue.submit(ask(source=source).model_copy(update={"created_at": time.time() - age}))
    await queue.attended("test")
    await TrackQueue(queue.redis, "worker-of-the-test").beat()
    await keep_standing(queue.redis, Standing(provider=Provider.YTDLP, up=False))
    async with exposed(port, queue, store):
        figures = await said(port)
    assert figures["flbt_queue_length", "studio"] == 2
    assert figures["flbt_queue_length", "quick"] == 0
    assert figures["flbt_workers", ""] == 1
    assert figures["flbt_open_requests", "waiting"] == 2
    assert figures["flbt_oldest_request_seconds", "waiting"] >= 50
    assert figures["flbt_oldest_request_seconds", "sending"] == 0
    assert figures["flbt_store_bytes", "used"] == 1000
    assert figures["flbt_store_bytes", "quota"] == 2e9
    assert (figures["flbt_provider_up", "pytubefix"], figures["flbt_provider_up", "yt-dlp"]) == (1, 0)


async def test_counters(queue: JobQueue, store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "counted", Counter())
    monkeypatch.setattr(metrics, "stages", {})
    monkeypatch.setattr(metrics, "stage_seconds", defaultdict(float))
    request, port = ask(), free_port()
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    await track_queue.fail(request.track_id, Failure(reason=Reason.PRIVATE))
    for seconds in (0.7, 3.0, 4.0, 9000.0):
        metrics.took("separating", seconds)
    async with exposed(port, queue, store):
        figures = await said(port)
    assert figures["flbt_tracks_total", "failed"] == 1
    assert figures["flbt_failures_total", "private"] == 1
    assert figures["flbt_stage_seconds_count", "separating"] == 4
    assert figures["flbt_stage_seconds_sum", "separating"] == pytest.approx(9007.7)
    of = {bound: figures["flbt_stage_seconds_bucket", f"{bound},separating"] for bound in ("0.5", "1.0", "5.0", "+Inf")}
    assert of == {"0.5": 0, "1.0": 1, "5.0": 3, "+Inf": 4}


async def test_only_loopback_is_served_and_a_taken_port_is_logged(
    queue: JobQueue, store: FolderStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    port = free_port()
    async with exposed(port, queue, store):
        await said(port)
        mine = [one for each in psutil.net_if_addrs().values() for one in each if one.family is socket.AF_INET]
        for address in (one.address for one in mine if not one.address.startswith("127.")):
            with pytest.raises(OSError, match=r"refused|timed out"):
                socket.create_connection((address, port), timeout=2)
        await serve_metrics(port, queue.redis, store, Settings(_env_file=None), CollectorRegistry())
    assert f"cannot serve metrics on port {port}" in caplog.text


async def test_gauges_are_measured_at_intervals(
    queue: JobQueue, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, measure = 0, metrics.measure

    async def counted(*what: Any) -> list[metrics.Figure]:
        nonlocal looks
        looks += 1
        return await measure(*what)

    monkeypatch.setattr(metrics, "measure", counted)
    port, began = free_port(), time.monotonic()
    async with exposed(port, queue, store, every=0.5), asyncio.timeout(60):
        assert (await said(port))["flbt_queue_length", "studio"] == 0
        await queue.submit(ask())
        while (await said(port))["flbt_queue_length", "studio"] == 0:
            await asyncio.sleep(0.05)
        assert 2 <= looks <= (time.monotonic() - began) / 0.5 + 1


async def test_the_port_is_closed_at_the_end(queue: JobQueue, store: FolderStore) -> None:
    port, before = free_port(), threading.enumerate()
    async with exposed(port, queue, store):
        await said(port)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/metrics")
    began = [thread for thread in threading.enumerate() if thread not in before]
    assert not [thread for thread in began if "serve_forever" in thread.name]
