"""The worker's figures for Prometheus, with FLBT_METRICS_PORT."""

from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from bot.terminal.watch import changes
from jobs.models import Format, Order, Package
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.ports import free_port
from tests.worker.track_fixture import ask, bring, worker_process


async def test_a_worker_serves_its_figures(
    queue: JobQueue, store: FolderStore, models_dir: Path, valkey_server: SecretStr, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)
    write_demo_song(tmp_path / "demo.wav", 6)
    (tmp_path / "noise.mp3").write_bytes(b"dear diary, today I sang\n" * 50)
    zipped = Order(format=Format.FLAC, package=Package.ZIP)
    song, noise = (
        ask(await bring(store, tmp_path / "demo.wav"), zipped),
        ask(await bring(store, tmp_path / "noise.mp3")),
    )
    port = free_port()
    async with worker_process(settings, valkey_server, FLBT_METRICS_PORT=str(port - 1)):
        for request in (song, noise):
            await queue.submit(request)
            async for view in changes(queue, request.id):
                assert view.request == request
        async with httpx.AsyncClient() as client:
            said = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'flbt_tracks_total{outcome="ready"} 1.0' in said
    assert 'flbt_failures_total{reason="not_audio"} 1.0' in said
    for stage in ("fetching", "separating", "rendering"):
        assert f'flbt_stage_seconds_count{{stage="{stage}"}} 1.0' in said
    assert "flbt_workers 1.0" in said
