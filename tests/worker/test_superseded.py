"""A worker whose track another one has taken publishes nothing."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.models import Order
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.results import Made
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.sounds import music, write_wav
from tests.worker.track_fixture import ask, bring, seen, work_off


async def test_a_worker_that_lost_its_track_leaves_the_store_to_the_next(
    queue: JobQueue,
    store: FolderStore,
    models_dir: Path,
    valkey_server: SecretStr,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its lease ends between the separation and the store."""
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)
    request = ask(await bring(store, write_wav(tmp_path / "song.wav", music(1))), Order())
    await queue.submit(request)
    next_one, keep_track = TrackQueue(queue.redis, "next"), FolderStore.keep_track

    async def lose_it_first(*about: object) -> None:
        await queue.redis.delete(keys.lease(request.track_id))  # as after ten seconds without a beat
        assert await next_one.begin(request.track_id) is not None
        await keep_track(*about)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(FolderStore, "keep_track", lose_it_first)
    await work_off(settings, valkey_server)
    assert await store.read(request.track_id) == Made()
    assert "another worker has it, so nothing is published" in caplog.text
    assert (await seen(queue, request)).phase is RequestPhase.WAITING
    assert await queue.redis.get(keys.lease(request.track_id)) == b"next"
