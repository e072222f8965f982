"""A store in a bucket: two machines, a machine that dies with its disk, a bucket that is away."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jobs.results import Made, Manifest
from jobs.store.bucket import BucketStore
from jobs.store.objects import Objects
from jobs.store.store import Superseded
from tests.jobs.store.makers import FLAC, MP3, SONG, keep, keep_rendition
from tests.peers.bucket import S3Server, s3_server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with s3_server(tmp_path / "s3") as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def machine(tmp_path: Path, name: str, **more: float) -> BucketStore:
    return BucketStore("s3://band/prefix", tmp_path / name, **more)


async def names() -> list[str]:
    return [one.name async for one in Objects("s3://band/prefix").list("")]


async def test_what_one_machine_made_another_opens_when_the_first_is_gone_with_its_disk(
    server: S3Server, tmp_path: Path
) -> None:
    first, second = machine(tmp_path, "first"), machine(tmp_path, "second")
    manifest = await keep(first, SONG, 10, MP3)
    rendered = await keep_rendition(first, manifest, FLAC, b"rendered")
    shutil.rmtree(tmp_path / "first")
    made = await second.read(manifest.track_id)
    assert made.manifest == manifest
    assert {one.rendition for one in made.renditions} == {MP3, FLAC}
    async with second.open(manifest.track_id, rendered.files, FLAC) as folder:
        assert (folder / "vocals.flac").read_bytes() == b"rendered"


async def test_a_file_is_brought_once_and_readers_keep_it_when_the_cache_drops_it(
    server: S3Server, tmp_path: Path
) -> None:
    writer, reader = machine(tmp_path, "writer"), machine(tmp_path, "reader", cache_bytes=150_000)
    one = await keep(writer, SONG, 100_000)
    async with reader.open(one.track_id, one.stems) as folder:
        two = await keep_rendition(writer, one, MP3, b"y" * 100_000)
        async with reader.open(one.track_id, two.files, MP3):
            assert len(list((tmp_path / "reader" / "cache").rglob("*.*"))) == 1
            assert (folder / "vocals.flac").read_bytes() == b"x" * 100_000


async def test_a_machine_that_dies_before_the_manifest_leaves_no_track(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = machine(tmp_path, "one")
    old = await keep(store, SONG, 10)

    async def die(*_: object) -> None:
        raise ConnectionError("the machine is off")

    with monkeypatch.context() as patch, pytest.raises(ConnectionError):
        patch.setattr("jobs.store.bucket.publish", die)
        await keep(store, SONG, 20)
    assert await store.read(old.track_id) == Made(manifest=old)
    left = [name for name in await names() if old.track_id in name]
    assert len(left) > 2, "files of the version that has no manifest"
    with monkeypatch.context() as patch:
        patch.setattr("jobs.store.bucket.UNNAMED", -10.0)
        await store.age(1e9, 1e9)
    kept = [name for name in await names() if old.track_id in name]
    assert len(kept) == 2
    assert await store.read(old.track_id) == Made(manifest=old)


async def test_an_earlier_version_is_removed_with_its_renditions(server: S3Server, tmp_path: Path) -> None:
    store = machine(tmp_path, "one")
    await keep(store, SONG, 10, MP3, FLAC)
    again = await keep(store, SONG, 20)
    assert len([name for name in await names() if again.track_id in name]) == 2


async def test_a_bucket_that_is_away_is_a_connection_error_and_comes_back(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.store.objects.PATIENCE", 1.0)
    store = machine(tmp_path, "one")
    manifest = await keep(store)
    server.stop()
    for call in (store.read(manifest.track_id), store.check(), store.used_bytes()):
        with pytest.raises(ConnectionError, match="out of reach"):
            await call
    server.start()
    async with asyncio.timeout(60):
        while True:
            with suppress(ConnectionError):
                assert (await store.read(manifest.track_id)).manifest == manifest
                break


async def test_damaged_objects_are_no_track(server: S3Server, tmp_path: Path) -> None:
    store, objects = machine(tmp_path, "one"), Objects("s3://band/prefix")
    manifest = await keep(store)
    (head,) = [name for name in await names() if name.endswith("manifest.json")]
    good = await objects.read(head)
    for bad in (b"", b"{}", good[:-5], good.replace(manifest.track_id.encode(), b"b" * 24)):
        await objects.put(head, bad)
        assert await store.read(manifest.track_id) == Made()
    await objects.put(head, good)
    assert (await store.read(manifest.track_id)).manifest == manifest
    (stem,) = [name for name in await names() if name.endswith("vocals.flac")]
    await objects.delete([stem])
    assert await store.read(manifest.track_id) == Made()


async def test_secrets_are_in_no_error(server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wr0ng-s3cret")
    store = machine(tmp_path, "one")
    with pytest.raises(PermissionError, match="refuses access") as told:
        await store.check()
    chain = f"{told.value!r} {told.value.__cause__!r}"
    assert "wr0ng-s3cret" not in chain


async def test_a_worker_without_the_track_publishes_nothing(server: S3Server, tmp_path: Path) -> None:
    store = machine(tmp_path, "one")
    old = await keep(store, SONG, 10)
    before = sorted(await names())
    with pytest.raises(Superseded):
        await keep(store, SONG, 20, ours=never)
    rendered = await keep_rendition(store, old, MP3, b"rendered")
    with pytest.raises(Superseded):
        await keep_rendition(store, old, MP3, b"too late", ours=never)
    assert await store.read(old.track_id) == Made(manifest=old, renditions=(rendered,))
    async with store.open(old.track_id, rendered.files, MP3) as folder:
        assert (folder / rendered.files[0].name).read_bytes() == b"rendered"
    await store.forget(old.track_id)
    await keep(store, SONG, 10)
    assert len(await names()) == len(before), "what was uploaded in vain is removed"


@pytest.mark.parametrize("there", [False, True])
async def test_a_late_worker_never_replaces_what_the_next_one_published(
    server: S3Server, tmp_path: Path, there: bool
) -> None:
    """It had the track when it was asked, and stood still before it wrote."""
    sleeper, next_one = machine(tmp_path, "sleeper"), machine(tmp_path, "next")
    if there:
        await keep(next_one, SONG, 5)
    published: list[Manifest] = []
    asked: list[int] = []

    async def ours() -> bool:
        asked.append(len(published))
        if not published:  # while this one sleeps, with its answer in hand
            published.append(await keep(next_one, SONG, 20))
            return True
        return False

    with pytest.raises(Superseded):
        await keep(sleeper, SONG, 10, ours=ours)
    assert asked == [0, 1]
    (manifest,) = published
    assert await sleeper.read(manifest.track_id) == Made(manifest=manifest)
    async with sleeper.open(manifest.track_id, manifest.stems) as folder:
        assert len((folder / "vocals.flac").read_bytes()) == 20


async def test_the_worker_with_the_track_publishes_over_what_a_late_one_wrote(server: S3Server, tmp_path: Path) -> None:
    late, owner = machine(tmp_path, "late"), machine(tmp_path, "owner")
    came: list[object] = []

    async def ours() -> bool:
        if not came:
            came.append(await keep(late, SONG, 20))
        return True

    manifest = await keep(owner, SONG, 10, ours=ours)
    assert await late.read(manifest.track_id) == Made(manifest=manifest)


async def test_a_manifest_whose_answer_got_lost_is_not_written_again(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library repeats the write, and its own first write then stands in the way."""
    store, put_over = machine(tmp_path, "one"), Objects.put_over

    async def twice(self: Objects, *about: object) -> None:
        await put_over(self, *about)  # type: ignore[arg-type]  # as it was called
        await put_over(self, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(Objects, "put_over", twice)
    manifest = await keep(store, SONG, 10)
    assert await store.read(manifest.track_id) == Made(manifest=manifest)


async def never() -> bool:
    return False
