"""The store: whole or not there, and no older or larger than it may be."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import cast

import pytest
from pydantic import ValidationError

from jobs.models import Encoding, Model, Rendition, Stem, TrackId, Upload, YouTube, track_id
from jobs.results import Manifest, Rendered, StoredFile, Tags
from jobs.store.removal import remove_folder
from jobs.store.store import ResultStore

SONG = YouTube(video_id="dQw4w9WgXcQ")
MP3 = Rendition(encoding=Encoding(format="mp3"))


def keep(store: ResultStore, source: YouTube | Upload = SONG, size: int = 10) -> Manifest:
    vocals = StoredFile(name="vocals.flac", bytes_=size, stem=Stem.VOCALS)
    manifest = Manifest(
        track_id=track_id(source, Model()),
        source=source,
        model=Model(),
        tags=Tags(title="Song"),
        samples=44100,
        stems=(vocals,),
        made_at=time.time(),
    )
    with store.workspace() as folder:
        made = folder / "made"
        made.mkdir()
        (made / vocals.name).write_bytes(b"x" * size)
        store.keep_track(made, manifest)
    return manifest


def age(store: ResultStore, manifest: Manifest, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(store.folder(manifest.track_id) / "manifest.json", (then, then))


def test_a_track_is_there_with_its_manifest(store: ResultStore) -> None:
    manifest = keep(store)
    assert store.manifest(manifest.track_id) == manifest
    assert store.stem_path(manifest, manifest.stems[0]).read_bytes() == b"x" * 10
    assert list((store.root / "work").iterdir()) == []


def test_a_track_without_or_with_a_damaged_manifest_is_not_there_and_can_be_made_again(store: ResultStore) -> None:
    manifest = keep(store)
    path = store.folder(manifest.track_id) / "manifest.json"
    path.write_text(path.read_text()[:50])
    assert store.manifest(manifest.track_id) is None
    path.unlink()
    assert store.manifest(manifest.track_id) is None
    assert keep(store) != manifest
    assert store.manifest(manifest.track_id) is not None


def test_a_rendition_is_there_when_it_is_whole(store: ResultStore) -> None:
    manifest = keep(store)
    assert store.rendered(manifest.track_id, MP3) is None
    rendered = Rendered(rendition=MP3, files=(StoredFile(name="vocals.mp3", bytes_=1, stem=Stem.VOCALS),))
    for content in (b"1", b"2"):
        with store.workspace() as folder:
            made = folder / MP3.key
            made.mkdir()
            (made / "vocals.mp3").write_bytes(content)
            store.keep_rendition(made, manifest.track_id, rendered)
        assert store.rendered(manifest.track_id, MP3) == rendered
        assert store.file_path(manifest.track_id, MP3, rendered.files[0]).read_bytes() == content


def test_an_upload_is_in_the_inbox_only_when_it_arrived_whole(store: ResultStore) -> None:
    upload = Upload(upload_id="abc")
    with pytest.raises(ConnectionError), store.receiving(upload) as path:
        path.write_bytes(b"half")
        raise ConnectionError
    assert not store.inbox(upload).exists()
    with store.receiving(upload) as path:
        path.write_bytes(b"whole")
    assert store.inbox(upload).read_bytes() == b"whole"


def test_uploads_that_come_at_once_share_what_room_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone would fit. What has arrived of one is on the disk already, and counts once."""
    store = ResultStore(tmp_path / "store", keep_free=500)
    one, two = (Upload(upload_id=name, bytes_=400) for name in ("one", "two"))
    free = 1000
    monkeypatch.setattr(store, "free_bytes", lambda: free)
    with store.receiving(one) as path:
        with pytest.raises(OSError, match="bytes left") as full, store.receiving(two):
            pass
        assert full.value.errno == errno.ENOSPC
        path.write_bytes(b"x" * 300)
        free = 1000 - 300
        with pytest.raises(OSError, match="bytes left"), store.receiving(two):
            pass
        with store.receiving(Upload(upload_id="small", bytes_=100)) as small:
            small.write_bytes(b"x" * 100)
    free = 900
    with store.receiving(two) as path:
        path.write_bytes(b"x" * 400)
    assert {path.name for path in (store.root / "inbox").iterdir()} == {"one", "small", "two"}


def test_tidy_removes_what_is_old_and_then_the_oldest_over_quota(store: ResultStore) -> None:
    sources = [YouTube(video_id="a" * 9 + str(n) + "Q") for n in range(4)]
    old, third, second, first = (keep(store, source, size=100_000) for source in sources)
    for manifest, seconds in ((old, 1000), (third, 30), (second, 20), (first, 10)):
        age(store, manifest, seconds)
    removed = store.tidy(keep_seconds=500, quota_bytes=250_000)
    assert removed == [old.track_id, third.track_id]
    assert store.manifest(first.track_id) == first
    assert not store.folder(old.track_id).exists()


def test_tidy_spares_what_is_in_use_and_what_was_asked_for_again(store: ResultStore) -> None:
    one, two = keep(store, SONG), keep(store, YouTube(video_id="jNQXAC9IVRw"))
    for manifest in (one, two):
        age(store, manifest, 1000)
    store.touch(two.track_id)
    assert store.tidy(500, 1e9, busy=frozenset({one.track_id})) == []


LEAVER = """
import os, signal, sys
from pathlib import Path
from jobs.store.removal import remove_folder
from jobs.store.store import ResultStore
with ResultStore(Path(sys.argv[1])).workspace() as folder:
    (folder / "half").write_text("made")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(store: ResultStore) -> None:
    subprocess.run([sys.executable, "-c", LEAVER, store.root], check=False)
    (left,) = (store.root / "work").iterdir()
    with store.workspace() as used:
        assert store.sweep() == [left.name]
        assert list((store.root / "work").iterdir()) == [used]


def test_what_was_left_before_it_had_its_lock_is_swept(store: ResultStore) -> None:
    (store.root / "work" / "left").mkdir()
    assert store.sweep() == ["left"]
    assert list((store.root / "work").iterdir()) == []


def test_a_workspace_is_not_begun_while_somebody_sweeps(store: ResultStore) -> None:
    """Between its folder and the folder's lock a sweep would take it for left."""
    begun = threading.Event()

    def work() -> None:
        with store.workspace():
            begun.set()

    working = threading.Thread(target=work)
    with (store.root / "work.lock").open("a") as sweeping:
        fcntl.flock(sweeping, fcntl.LOCK_EX)
        working.start()
        assert not begun.wait(0.3)
    assert begun.wait(60)
    working.join()


def test_what_cannot_be_swept_yet_is_swept_the_next_time(store: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    left = store.root / "work" / "left"
    left.mkdir()

    def not_empty(folder: Path) -> None:  # what happens when a child that is just dying writes another file
        raise OSError(39, "Directory not empty", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr("jobs.store.store.remove_folder", not_empty)
        assert store.sweep() == []
    assert store.sweep() == ["left"]


def test_nobody_waits_while_gigabytes_are_swept(store: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    (store.root / "work" / "left").mkdir()
    beside: list[str] = []

    def slow(folder: Path) -> None:
        with (store.root / "work.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # as a workspace begins; raises if it had to wait
        beside.append(folder.name)
        remove_folder(folder)

    monkeypatch.setattr("jobs.store.store.remove_folder", slow)
    assert store.sweep() == beside == ["left"]


def test_forgetting_a_track_removes_everything(store: ResultStore) -> None:
    manifest = keep(store)
    store.forget(manifest.track_id)
    store.forget(manifest.track_id)
    assert list((store.root / "tracks").iterdir()) == []


OUTSIDE = [
    "../../outside",
    "..",
    "",
    ".",
    "/no-such-folder",
    "a" * 23,
    "A" * 24,
    "a" * 24 + "\n",
    "a" * 23 + "é",
    "\0" * 24,
]


@pytest.mark.parametrize("id_", OUTSIDE)
def test_what_is_no_track_id_is_no_path(store: ResultStore, id_: str) -> None:
    """From wherever it comes: the queue, a note of another version, a manifest."""
    kept = keep(store)
    outside = store.root.parent / "outside"
    outside.mkdir()
    (outside / "manifest.json").write_text(kept.model_dump_json())
    foreign = cast("TrackId", id_)
    for ask in (store.folder, store.manifest, store.touch, store.forget):
        with pytest.raises(ValueError, match="no track id"):
            ask(foreign)
    with pytest.raises(ValueError, match="no track id"):
        store.rendered(foreign, MP3)
    with pytest.raises(ValidationError):
        Manifest.model_validate_json(kept.model_dump_json().replace(kept.track_id, json.dumps(id_)[1:-1]))
    assert (outside / "manifest.json").exists()


def test_a_manifest_of_another_track_is_none(store: ResultStore) -> None:
    one, two = keep(store, SONG), keep(store, YouTube(video_id="jNQXAC9IVRw"))
    shutil.copy(store.folder(one.track_id) / "manifest.json", store.folder(two.track_id) / "manifest.json")
    assert store.manifest(one.track_id) == one
    assert store.manifest(two.track_id) is None


@pytest.mark.parametrize("planted", ["vocals.flac", "manifest.json", "stems-mp3/rendered.json", "made", "pipe"])
def test_nothing_made_leads_out_of_its_folder(store: ResultStore, tmp_path: Path, planted: str) -> None:
    """A decoder that was taken over by what it decodes leaves a link among the stems, to be followed by others."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    manifest = keep(store)
    store.forget(manifest.track_id)
    along = Rendered(rendition=MP3, files=(StoredFile(name="vocals.mp3", bytes_=1, stem=Stem.VOCALS),))
    with store.workspace() as folder:
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
            store.keep_track(made, manifest, [along])
        with pytest.raises(OSError, match="neither a file nor a folder"):
            store.keep_rendition(made, manifest.track_id, along)
    assert store.manifest(manifest.track_id) is None
    assert secret.read_text() == "s3cret"


def test_a_workspace_goes_whatever_is_in_it(store: ResultStore, tmp_path: Path) -> None:
    """A child that was taken over nests folders below any depth of recursion and length of path, and closes them."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    with store.workspace() as folder:
        _nest(folder, 1100)
        (folder / "closed" / "inner").mkdir(parents=True)
        (folder / "closed" / "inner" / "file").write_text("")
        (folder / "link").symlink_to(outside)
        (folder / "closed" / "inner").chmod(0o300)
        (folder / "closed").chmod(0o300)
    assert list((store.root / "work").iterdir()) == []
    left = store.root / "work" / "left"
    left.mkdir()
    _nest(left, 1100)
    assert store.sweep() == ["left"]
    assert list((store.root / "work").iterdir()) == []
    assert (outside / "kept").exists()


def _nest(folder: Path, depth: int) -> None:
    # By file descriptor: no path is as long.
    at = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)


def test_no_folder_lies_in_a_folder_of_what_is_kept(store: ResultStore) -> None:
    with store.workspace() as folder:
        made = folder / "made"
        (made / MP3.key / "deep").mkdir(parents=True)
        with pytest.raises(OSError, match="a folder within a folder"):
            store.keep_track(made, keep(store, SONG))


def test_the_address_may_have_spaces_and_must_be_a_file(tmp_path: Path) -> None:
    assert ResultStore.at((tmp_path / "my store").as_uri()).root == tmp_path / "my store"
    with pytest.raises(ValueError, match="s3"):
        ResultStore.at("s3://bucket")
