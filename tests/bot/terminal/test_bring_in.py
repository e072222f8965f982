"""Sources of requests: files by their content and name, copied into the inbox."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from bot.terminal.bring_in import bring_in, identify
from jobs.failures import Failed, Reason
from jobs.models import Upload, YouTube
from jobs.store.folder import FolderStore


async def taken_in(path: Path, store: FolderStore) -> Upload:
    upload = await identify(path)
    assert isinstance(upload, Upload)
    await bring_in(path, upload, store)
    return upload


async def test_a_link_is_its_video() -> None:
    assert await identify(YouTube(video_id="jNQXAC9IVRw")) == YouTube(video_id="jNQXAC9IVRw")


async def test_the_same_content_of_the_same_name_is_the_same_song(store: FolderStore, tmp_path: Path) -> None:
    async def brought(name: str, content: bytes) -> Upload:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        upload = await taken_in(path, store)
        assert upload.name == path.name
        assert store.inbox(upload).read_bytes() == content
        return upload

    one = await brought("a/Café.mp3", b"la la la")
    assert (await brought("b/Café.mp3", b"la la la")).key == one.key
    assert (await brought(f"c/{unicodedata.normalize('NFD', 'Café')}.mp3", b"la la la")).key == one.key
    # Where a file has no tags, its name is what the song is called: the one typed now counts, not an earlier one.
    assert (await brought("a/Bar.mp3", b"la la la")).key != one.key
    assert (await brought("d/Café.mp3", b"la la")).key != one.key


async def test_a_name_that_is_no_text_is_taken_as_far_as_it_goes(store: FolderStore, tmp_path: Path) -> None:
    """As of files from the days before UTF-8. The request with it crosses the queue as JSON."""
    named = os.fsencode(tmp_path) + b"/caf\xe9.mp3"
    try:
        Path(os.fsdecode(named)).write_bytes(b"la la la")
    except OSError:
        assert sys.platform == "darwin", "whose file systems have no such names"
        return
    upload = await taken_in(Path(os.fsdecode(named)), store)
    assert Upload.model_validate_json(upload.model_dump_json()).name == "caf\ufffd.mp3"


async def test_who_comes_back_is_kept_from_the_broom(store: FolderStore, tmp_path: Path) -> None:
    """A file that is in the inbox already counts as new from today on."""
    (tmp_path / "song.mp3").write_bytes(b"la la la")
    first = await taken_in(tmp_path / "song.mp3", store)
    os.utime(store.inbox(first), (1e9, 1e9))
    await taken_in(tmp_path / "song.mp3", store)
    assert store.inbox(first).stat().st_mtime > 1e9


async def test_a_disk_without_room_is_said_before_anything_is_copied(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "song.mp3").write_bytes(b"la la la")
    monkeypatch.setattr(store.workspace, "free_bytes", lambda: 7)
    with pytest.raises(Failed) as failure:
        await taken_in(tmp_path / "song.mp3", store)
    assert failure.value.failure.reason is Reason.NO_DISK
