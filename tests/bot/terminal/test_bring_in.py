"""Typed arguments to sources: links by their id, files by their content."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from bot.terminal.bring_in import bring_in
from jobs.failures import Failed, Reason
from jobs.models import Upload, YouTube
from jobs.store.folder import FolderStore


async def test_a_link_is_its_video(store: FolderStore) -> None:
    assert await bring_in("https://youtu.be/jNQXAC9IVRw?si=x", store) == YouTube(video_id="jNQXAC9IVRw")


async def test_the_same_content_of_the_same_name_is_the_same_song(store: FolderStore, tmp_path: Path) -> None:
    async def brought(name: str, content: bytes) -> Upload:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        upload = await bring_in(str(path), store)
        assert isinstance(upload, Upload)
        assert upload.name == path.name
        assert store.inbox(upload).read_bytes() == content
        return upload

    one = await brought("a/Café.mp3", b"la la la")
    assert (await brought("b/Café.mp3", b"la la la")).key == one.key
    assert (await brought(f"c/{unicodedata.normalize('NFD', 'Café')}.mp3", b"la la la")).key == one.key
    # Where a file has no tags, its name is what the song is called: the one typed now counts, not an earlier one.
    assert (await brought("a/Bar.mp3", b"la la la")).key != one.key
    assert (await brought("d/Café.mp3", b"la la")).key != one.key


async def test_a_file_may_be_named_by_its_url(store: FolderStore, tmp_path: Path) -> None:
    song = tmp_path / "Água # 1.mp3"
    song.write_bytes(b"la la la")
    assert await bring_in(song.as_uri(), store) == await bring_in(str(song), store)
    with pytest.raises(FileNotFoundError):
        await bring_in(f"{song.as_uri()}.gone", store)


async def test_a_name_that_is_no_text_is_taken_as_far_as_it_goes(store: FolderStore, tmp_path: Path) -> None:
    """As of files from the days before UTF-8. The request with it crosses the queue as JSON."""
    named = os.fsencode(tmp_path) + b"/caf\xe9.mp3"
    try:
        Path(os.fsdecode(named)).write_bytes(b"la la la")
    except OSError:
        assert sys.platform == "darwin", "whose file systems have no such names"
        return
    upload = await bring_in(os.fsdecode(named), store)
    assert isinstance(upload, Upload)
    assert Upload.model_validate_json(upload.model_dump_json()).name == "caf\ufffd.mp3"


async def test_who_comes_back_is_kept_from_the_broom(store: FolderStore, tmp_path: Path) -> None:
    """A file that is in the inbox already counts as new from today on."""
    (tmp_path / "song.mp3").write_bytes(b"la la la")
    first = await bring_in(str(tmp_path / "song.mp3"), store)
    assert isinstance(first, Upload)
    os.utime(store.inbox(first), (1e9, 1e9))
    await bring_in(str(tmp_path / "song.mp3"), store)
    assert store.inbox(first).stat().st_mtime > 1e9


async def test_what_cannot_be_brought_in_says_why(store: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "loop.mp3").symlink_to(tmp_path / "loop.mp3")
    for typed, reason in (
        (str(tmp_path / "empty.mp3"), Reason.EMPTY),
        ("https://youtu.be/", Reason.BAD_LINK),
        ("https://vimeo.com/1", Reason.NOT_YOUTUBE),
    ):
        with pytest.raises(Failed) as failure:
            await bring_in(typed, store)
        assert failure.value.failure.reason is reason, typed
    for typed, error in (
        (str(tmp_path), IsADirectoryError),
        (str(tmp_path / "missing.mp3"), FileNotFoundError),
        ("a" * 10_000, FileNotFoundError),
    ):
        with pytest.raises(error):
            await bring_in(typed, store)
    assert [path for path in (store.root / "inbox").iterdir() if path.is_file()] == []


async def test_a_disk_without_room_is_said_before_anything_is_copied(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "song.mp3").write_bytes(b"la la la")
    monkeypatch.setattr(store.workspace, "free_bytes", lambda: 7)
    with pytest.raises(Failed) as failure:
        await bring_in(str(tmp_path / "song.mp3"), store)
    assert failure.value.failure.reason is Reason.NO_DISK
