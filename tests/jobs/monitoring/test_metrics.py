"""Figures for Prometheus: counters and gauges, on a loopback port only."""

import asyncio
import json
import logging
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
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


async def page(port: int, host: str = "127.0.0.1", *, workers: int | None = None) -> str:
    """The page, once the gauges are measured; `workers`: that many are alive."""
    counts = ("0.0", "1.0") if workers is None else (f"{workers}.0",)
    async with httpx.AsyncClient() as client, asyncio.timeout(120):
        while True:
            try:
                text = (await client.get(f"http://{host}:{port}/metrics")).text
            except httpx.ConnectError:
                text = ""
            if any(f"flbt_workers {count}" in text for count in counts):
                return text
            await asyncio.sleep(0.05)


async def said(port: int, *, workers: int | None = None) -> Said:
    """Every figure: its name and labels → its value."""
    text = await page(port, workers=workers)
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


async def test_the_work_of_each_machine(queue: JobQueue, store: FolderStore) -> None:
    port = free_port()
    for name, source in (("big-box-12-ab12cd-studio", SONG), ("small-7-ffee00-studio", OTHER)):
        await queue.submit(ask(source=source))
        await TrackQueue(queue.redis, name).beat()
    await TrackQueue(queue.redis, "big-box-12-ab12cd-studio").begin(ask(source=SONG).track_id)
    async with exposed(port, queue, store):
        figures = await said(port, workers=2)
    assert (figures["flbt_machine_workers", "big-box"], figures["flbt_machine_workers", "small"]) == (1, 1)
    assert (figures["flbt_machine_tracks", "big-box"], figures["flbt_machine_tracks", "small"]) == (1, 0)


async def test_very_many_open_requests_are_estimated_from_a_sample(queue: JobQueue, store: FolderStore) -> None:
    now = time.time()
    async with queue.redis.pipeline(transaction=False) as pipe:
        for number in range(5000):
            pipe.hset(f"flbt:request:{number}", "phase", "waiting" if number % 2 else "done")
            pipe.zadd("flbt:attended:test", {str(number): now - number})
        await pipe.execute()
    await queue.redis.zadd("flbt:fronts", {"test": now})
    figures = {(name, labels): number for name, labels, number in await metrics.measure(queue.redis, store, Settings())}
    assert 2000 < figures["open_requests", ("waiting",)] < 3000
    assert figures["oldest_request_seconds", ("waiting",)] == pytest.approx(4999, abs=60)


async def test_the_dashboard_names_figures_that_exist(
    queue: JobQueue, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "counted", Counter())
    for name, (_, labels) in metrics.COUNTS.items():
        metrics.count(name, *labels)
    metrics.took("separating", 1.0)
    dashboard = json.loads((Path(__file__).parents[3] / "deploy" / "grafana" / "fl-bt.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    port = free_port()
    await TrackQueue(queue.redis, "box-1-aa-studio").beat()
    await keep_standing(queue.redis, Standing(provider=Provider.YTDLP, up=True))
    async with exposed(port, queue, store):
        text = await page(port)
    there: defaultdict[str, set[str]] = defaultdict(set)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            there[sample.name] |= sample.labels.keys()
    for expression in asked:
        (name,) = re.findall(r"flbt_\w+", expression)
        by = re.search(r"by \(([^)]*)\)", expression)
        assert name in there, expression
        assert {*(by[1].split(", ") if by else ())} <= there[name], expression
    assert {re.findall(r"flbt_\w+", one)[0] for one in asked} >= {f"flbt_{name}" for name in metrics.GAUGES}


async def test_another_host_is_served_when_asked_for(queue: JobQueue, store: FolderStore) -> None:
    port = free_port()
    settings = Settings(_env_file=None, metrics_host="127.0.0.2")
    task = asyncio.create_task(serve_metrics(port, queue.redis, store, settings, CollectorRegistry()))
    try:
        assert "flbt_workers 0.0" in await page(port, "127.0.0.2")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=2)
    finally:
        await cancel_and_wait(task)


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
