"""Room in the store: old results are removed by age and quota; without room, or a writable store, no work begins."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.failures import Failed, Reason
from jobs.models import Model, Upload, YouTube, track_id
from jobs.progress import RequestPhase
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.results import Manifest, Tags
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from jobs.store.store import receiving
from tests.worker.track_fixture import ask, seen, work_off
from worker.child.child_side import failure_of_os_error
from worker.cleanup import make_room, tidy

MB = 1_000_000
IDS = [f"aaaaaaaaa{letter}A" for letter in "abcdef"]


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore) -> Settings:
    """Five megabytes for a day."""
    return Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), quota_gb=0.005, keep_hours=24)


@pytest.fixture
def track_queue(queue: JobQueue) -> TrackQueue:
    return TrackQueue(queue.redis, "worker-of-the-test")


@pytest.fixture
def catalogue(queue: JobQueue, store: FolderStore) -> Catalogue:
    return Catalogue(queue.redis, store)


async def keep(store: FolderStore, video_id: str, *, hours: float, megabytes: int = 2) -> str:
    """A track in the store, made some hours ago."""
    source, made_at = YouTube(video_id=video_id), time.time() - 3600 * hours
    manifest = Manifest(
        track_id=track_id(source, Model()), source=source, model=Model(), tags=Tags(title="Song"), samples=1, stems=(),
        engine="openvino 2026.4.1 f32", made_at=made_at,
    )  # fmt: skip
    with store.workspace.folder() as folder:
        made = folder / "made"
        made.mkdir()
        (made / "vocals.flac").write_bytes(bytes(megabytes * MB))
        await store.keep_track(made, manifest)
    os.utime(store.folder(manifest.track_id) / "manifest.json", (made_at, made_at))
    return manifest.track_id


def kept(store: FolderStore) -> set[str]:
    return {folder.name for folder in (store.root / "tracks").iterdir()}


async def test_old_tracks_are_removed_then_the_oldest_over_the_quota(
    track_queue: TrackQueue, catalogue: Catalogue, store: FolderStore, settings: Settings
) -> None:
    ancient, old, newer, newest = [
        await keep(store, video_id, hours=hours) for video_id, hours in zip(IDS, (25, 3, 2, 1), strict=False)
    ]
    assert await tidy(track_queue, catalogue, settings) == [ancient, old]
    assert kept(store) == {newer, newest}
    assert await tidy(track_queue, catalogue, settings) == []


async def test_awaited_tracks_stay_at_any_age(
    queue: JobQueue, track_queue: TrackQueue, catalogue: Catalogue, store: FolderStore, settings: Settings
) -> None:
    ancient, newer = await keep(store, IDS[0], hours=48, megabytes=4), await keep(store, IDS[1], hours=1)
    await queue.submit(ask(YouTube(video_id=IDS[0])))
    assert await tidy(track_queue, catalogue, settings) == [newer], "over the quota, something has to go"
    assert kept(store) == {ancient}


async def test_tracks_being_sent_and_new_uploads_stay(
    queue: JobQueue, track_queue: TrackQueue, catalogue: Catalogue, store: FolderStore, settings: Settings
) -> None:
    sent = await keep(store, IDS[0], hours=48)
    await queue.hold(ask(YouTube(video_id=IDS[0])), phase=RequestPhase.READY)
    come, forgotten = Upload(upload_id="come"), Upload(upload_id="forgotten")
    await queue.hold(ask(come))
    await queue.attended("test")  # a front end attends to these
    for upload in (come, forgotten):
        async with receiving(store, upload) as path:
            path.write_bytes(b"song")
        os.utime(store.inbox(upload), (0, 0))
    assert await tidy(track_queue, catalogue, settings) == ["forgotten"]
    assert kept(store) == {sent}


async def test_before_a_separation_room_is_made(
    track_queue: TrackQueue, catalogue: Catalogue, store: FolderStore, settings: Settings
) -> None:
    _, newer, newest = [
        await keep(store, video_id, hours=hours) for video_id, hours in zip(IDS, (3, 2, 1), strict=False)
    ]
    await make_room(track_queue, catalogue, settings)
    assert kept(store) == {newer, newest}
    await make_room(track_queue, catalogue, settings)
    assert kept(store) == {newer, newest}, "there is room"


async def test_a_quota_full_of_awaited_tracks_refuses_before_any_work(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr
) -> None:
    full = await keep(store, IDS[0], hours=1, megabytes=6)
    waiting, refused = ask(YouTube(video_id=IDS[0]), who="ana"), ask(Upload(upload_id="song"), who="bo")
    track_queue = TrackQueue(queue.redis, "another-worker")
    await queue.submit(waiting)
    assert await track_queue.begin(waiting.track_id)
    await queue.submit(refused)
    await work_off(settings, valkey_server)
    view = await seen(queue, refused)
    assert view.failure is not None
    assert (view.phase, view.failure.reason) == (RequestPhase.FAILED, Reason.NO_DISK), "and not that the upload is gone"
    assert "0.01 GB in the store" in view.failure.detail
    assert kept(store) == {full}


async def test_a_full_disk_refuses_before_any_work(
    track_queue: TrackQueue, catalogue: Catalogue, store: FolderStore, settings: Settings
) -> None:
    with pytest.raises(Failed) as refused:
        await make_room(track_queue, catalogue, settings.model_copy(update={"min_free_mb": 1e12}))
    assert refused.value.failure.reason is Reason.NO_DISK
    assert list((store.root / "work").iterdir()) == []


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Makes a folder read-only; root becomes another user meanwhile."""
    folder.chmod(0o555)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


async def test_a_store_that_cannot_be_written_refuses_before_any_work(
    track_queue: TrackQueue, catalogue: Catalogue, store: FolderStore, settings: Settings
) -> None:
    await track_queue.beat()  # connected before the user changes
    with read_only(store.root / "work"), pytest.raises(OSError, match="ermission denied") as refused:
        await make_room(track_queue, catalogue, settings)
    assert failure_of_os_error(refused.value, confined=False).reason is Reason.NO_DISK
