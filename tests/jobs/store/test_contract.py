"""The obligations of every result store: see `docs/seams.md`."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.models import Upload
from jobs.music.analysis import Analysis, Key
from jobs.results import Made
from jobs.store.store import ResultStore, Superseded, receiving
from tests.jobs.store.makers import FLAC, MAKERS, MP3, OTHER, SONG, VOCALS, keep, keep_rendition, manifest_of

LONG = 1e9  # seconds, or bytes: more than any test has
#: Seconds between two files of different age: a bucket counts whole seconds.
MOMENTS = {"FolderStore": 0.3, "BucketStore": 1.5}

UPLOAD = Upload(upload_id="abc", bytes_=5)


@pytest.fixture(params=sorted(MAKERS))
async def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ResultStore]:
    async with MAKERS[request.param](tmp_path) as store:
        yield store
        assert list((store.workspace.root / "work").iterdir()) == [], "something half-made was left"


async def test_a_new_store_is_empty(any_store: ResultStore) -> None:
    nothing = manifest_of()
    await any_store.check()
    assert await any_store.read(nothing.track_id) == Made()
    assert await any_store.used_bytes() == 0
    assert await any_store.age(0, 0) == []
    await any_store.renew(nothing.track_id)
    await any_store.renew_upload(UPLOAD)
    await any_store.forget(nothing.track_id)
    await any_store.forget_upload(UPLOAD)
    assert await any_store.read(nothing.track_id) == Made()
    assert not await any_store.has_upload(UPLOAD)


async def test_a_kept_track_can_be_read_and_opened(any_store: ResultStore) -> None:
    manifest = await keep(any_store)
    assert await any_store.read(manifest.track_id) == Made(manifest=manifest)
    async with any_store.open(manifest.track_id, manifest.stems) as folder:
        assert (folder / "vocals.flac").read_bytes() == b"x" * 10


async def test_files_opened_together_are_in_one_folder(any_store: ResultStore) -> None:
    stems = tuple(VOCALS.model_copy(update={"name": f"stem{number}.flac", "bytes_": 1}) for number in range(5))
    manifest = manifest_of(SONG, *stems)
    with any_store.workspace.folder() as folder:
        made = folder / "made"
        made.mkdir()
        for file in stems:
            (made / file.name).write_bytes(file.name[4:5].encode())
        await any_store.keep_track(made, manifest)
    async with any_store.open(manifest.track_id, stems) as opened, any_store.open(manifest.track_id, stems[:1]) as once:
        assert b"".join((opened / file.name).read_bytes() for file in stems) == b"01234"
        assert (once / stems[0].name).read_bytes() == b"0"


async def test_a_kept_rendition_replaces_the_earlier_one(any_store: ResultStore) -> None:
    manifest = await keep(any_store)
    for content in (b"1", b"2"):
        rendered = await keep_rendition(any_store, manifest, MP3, content)
        assert await any_store.read(manifest.track_id) == Made(manifest=manifest, renditions=(rendered,))
        async with any_store.open(manifest.track_id, rendered.files, MP3) as folder:
            assert (folder / "vocals.mp3").read_bytes() == content


async def test_a_kept_track_replaces_all_earlier_renditions(any_store: ResultStore) -> None:
    first = await keep(any_store, SONG, 10, MP3, FLAC)
    made = await any_store.read(first.track_id)
    assert {one.rendition for one in made.renditions} == {MP3, FLAC}
    async with any_store.open(first.track_id, made.renditions[0].files, made.renditions[0].rendition) as folder:
        assert (folder / made.renditions[0].files[0].name).read_bytes() == b"along"
    second = await keep(any_store, SONG, 20)
    assert await any_store.read(first.track_id) == Made(manifest=second)


async def test_a_kept_analysis_replaces_the_earlier_one_and_ends_with_its_track(any_store: ResultStore) -> None:
    manifest = await keep(any_store)
    for tonic in (0, 9):
        analysis = Analysis(made_by="test 1", bpm=120.0, beats=(0.5, 1.0), key=Key(tonic=tonic, minor=True))
        await any_store.keep_analysis(manifest.track_id, analysis)
        assert await any_store.read(manifest.track_id) == Made(manifest=manifest, analysis=analysis)
    again = await keep(any_store)
    assert await any_store.read(manifest.track_id) == Made(manifest=again)


async def test_an_analysis_of_a_forgotten_track_is_left_out(any_store: ResultStore) -> None:
    manifest = await keep(any_store)
    await any_store.forget(manifest.track_id)
    await any_store.keep_analysis(manifest.track_id, Analysis(made_by="test 1"))
    assert await any_store.read(manifest.track_id) == Made()
    assert await any_store.used_bytes() == 0


async def test_a_track_and_a_rendition_have_files_of_the_same_name(any_store: ResultStore) -> None:
    manifest = await keep(any_store)
    rendered = await keep_rendition(any_store, manifest, FLAC, b"rendered")
    async with (
        any_store.open(manifest.track_id, manifest.stems) as stems,
        any_store.open(manifest.track_id, rendered.files, FLAC) as files,
    ):
        assert (stems / "vocals.flac").read_bytes() == b"x" * 10
        assert (files / "vocals.flac").read_bytes() == b"rendered"


async def test_missing_files_are_not_opened(any_store: ResultStore) -> None:
    manifest = await keep(any_store)
    missing = VOCALS.model_copy(update={"name": "drums.flac"})
    for files, rendition in (([missing], None), ([*manifest.stems, missing], None), (manifest.stems, MP3)):
        with pytest.raises(FileNotFoundError):
            async with any_store.open(manifest.track_id, files, rendition):
                pass
    with pytest.raises(FileNotFoundError):
        async with any_store.open_upload(UPLOAD):
            pass


async def test_forgetting_removes_everything_of_one_track(any_store: ResultStore) -> None:
    one, two = await keep(any_store, SONG, 10, MP3), await keep(any_store, OTHER)
    await any_store.forget(one.track_id)
    await any_store.forget(one.track_id)
    assert await any_store.read(one.track_id) == Made()
    assert (await any_store.read(two.track_id)).manifest == two
    with pytest.raises(FileNotFoundError):
        async with any_store.open(one.track_id, one.stems):
            pass


async def test_only_complete_uploads_are_kept(any_store: ResultStore) -> None:
    with pytest.raises(ConnectionError):
        async with receiving(any_store, UPLOAD) as path:
            path.write_bytes(b"half")
            raise ConnectionError
    assert not await any_store.has_upload(UPLOAD)
    for content in (b"whole", b"again"):
        async with receiving(any_store, UPLOAD) as path:
            path.write_bytes(content)
        assert await any_store.has_upload(UPLOAD)
        async with any_store.open_upload(UPLOAD) as path:
            assert path.read_bytes() == content
    await any_store.forget_upload(UPLOAD)
    assert not await any_store.has_upload(UPLOAD)


async def test_all_files_are_counted(any_store: ResultStore) -> None:
    await keep(any_store, SONG, 100_000)
    async with receiving(any_store, UPLOAD) as path:
        path.write_bytes(bytes(50_000))
    assert 150_000 <= await any_store.used_bytes() < 160_000


async def test_the_oldest_is_removed_over_the_quota(any_store: ResultStore) -> None:
    moment = MOMENTS[type(any_store).__name__]
    first = await keep(any_store, SONG, 100_000)
    await asyncio.sleep(moment)
    async with receiving(any_store, UPLOAD) as path:
        path.write_bytes(bytes(100_000))
    await asyncio.sleep(moment)
    second = await keep(any_store, OTHER, 100_000)
    assert await any_store.age(LONG, LONG) == []
    assert await any_store.age(LONG, 250_000) == [first.track_id]
    assert await any_store.age(LONG, 150_000) == [UPLOAD.upload_id]
    assert (await any_store.read(second.track_id)).manifest == second
    assert not await any_store.has_upload(UPLOAD)


async def test_old_tracks_are_removed_unless_busy_or_renewed(any_store: ResultStore) -> None:
    moment = MOMENTS[type(any_store).__name__]
    busy, old, renewed = [await keep(any_store, Upload(upload_id=name)) for name in ("busy", "old", "renewed")]
    left, again = Upload(upload_id="left"), Upload(upload_id="again")
    for upload in (left, again):
        async with receiving(any_store, upload) as path:
            path.write_bytes(b"x")
    kept = time.monotonic()
    await asyncio.sleep(2 * moment)
    await any_store.renew(renewed.track_id)
    await any_store.renew_upload(again)
    removed = await any_store.age(time.monotonic() - kept, LONG, frozenset({busy.track_id}))
    assert sorted(removed) == sorted([old.track_id, left.upload_id])
    assert [(await any_store.read(one.track_id)).manifest for one in (busy, old, renewed)] == [busy, None, renewed]
    assert [await any_store.has_upload(upload) for upload in (left, again)] == [False, True]


@pytest.mark.parametrize("planted", ["vocals.flac", "manifest.json", "stems-mp3/rendered.json", "made", "pipe"])
async def test_a_planted_link_is_refused(any_store: ResultStore, tmp_path: Path, planted: str) -> None:
    """A decoder that was taken over leaves a link among the stems, for other processes to follow."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    manifest = await keep(any_store)
    along = await keep_rendition(any_store, manifest, MP3, b"x")
    await any_store.forget(manifest.track_id)
    with any_store.workspace.folder() as folder:
        made = folder / "made"
        (made / MP3.key).mkdir(parents=True)
        match planted:
            case "made":
                made.rename(folder / "elsewhere")
                made.symlink_to(folder / "elsewhere")
            case "pipe":
                os.mkfifo(made / "pipe")
            case _:
                (made / planted).symlink_to(secret)
        with pytest.raises(OSError, match="neither a file nor a folder"):
            await any_store.keep_track(made, manifest, [along])
        with pytest.raises(OSError, match="neither a file nor a folder"):
            await any_store.keep_rendition(made, manifest.track_id, along)
    assert await any_store.read(manifest.track_id) == Made()
    assert secret.read_text() == "s3cret"


async def test_nested_folders_are_refused(any_store: ResultStore) -> None:
    with any_store.workspace.folder() as folder:
        made = folder / "made"
        (made / MP3.key / "deep").mkdir(parents=True)
        with pytest.raises(OSError, match="a folder within a folder"):
            await any_store.keep_track(made, manifest_of())


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 50])
async def test_a_cancellation_keeps_a_track_whole_or_not_at_all(any_store: ResultStore, turns: int) -> None:
    """The workspace must not be removed while a track in it is being kept."""
    stems = tuple(VOCALS.model_copy(update={"name": f"stem{number}.flac", "bytes_": 1}) for number in range(50))
    manifest = manifest_of(SONG, *stems)

    async def work() -> None:
        with any_store.workspace.folder() as folder:
            made = folder / "made"
            made.mkdir()
            for file in stems:
                (made / file.name).write_bytes(b"x")
            await any_store.keep_track(made, manifest)

    working = asyncio.create_task(work())
    for _ in range(turns + 1):
        await asyncio.sleep(0)
    working.cancel()
    await asyncio.wait({working})
    made = await any_store.read(manifest.track_id)
    assert made in (Made(), Made(manifest=manifest))
    if made.manifest:
        async with any_store.open(manifest.track_id, stems):
            pass


async def test_a_reopened_store_has_the_same_files(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for name, maker in MAKERS.items():
        async with maker(tmp_path / name) as store:
            manifest = await keep(store)
        async with maker(tmp_path / name) as store:
            assert (await store.read(manifest.track_id)).manifest == manifest


async def test_a_worker_that_lost_its_track_publishes_nothing(any_store: ResultStore) -> None:
    async def ours() -> bool:
        return False

    with pytest.raises(Superseded):
        await keep(any_store, SONG, ours=ours)
    manifest = await keep(any_store, SONG, 5)
    with pytest.raises(Superseded):
        await keep(any_store, SONG, 10, ours=ours)
    with pytest.raises(Superseded):
        await keep_rendition(any_store, manifest, MP3, b"x", ours)
    assert await any_store.read(manifest.track_id) == Made(manifest=manifest)
