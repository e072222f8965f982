"""Stored files are closed to other users, also those of earlier versions; shared folders stay unchanged."""

import os
from pathlib import Path

import pytest

from jobs.process.privacy import close_to_others, is_open_to_others, private_folder
from jobs.settings import IN_DATA
from jobs.store.folder import FolderStore
from tests.strangers import IS_ROOT, has_own_group, open_to_others, public, read_by_a_stranger, umask

__all__ = ["public"]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_store_that_was_open_is_closed(public: Path) -> None:
    """As version 0.1.0 made it: all users could read uploads."""
    upload = public / "data" / "store" / "inbox" / "song"
    with umask(0o022):
        upload.parent.mkdir(parents=True)
        upload.write_text("la la la")
        (public / "data" / "queue").mkdir()
    assert read_by_a_stranger(public) == [str(upload)]
    FolderStore(public / "data" / "store")
    assert read_by_a_stranger(public) == []
    close_to_others(public / "data", IN_DATA)
    assert mode(public / "data") == 0o700


def test_a_new_store_is_private(public: Path) -> None:
    with umask(0):
        store = FolderStore(public / "store")
    assert open_to_others(store.root) == []


def test_a_shared_folder_stays_open_but_our_files_in_it_are_closed(public: Path) -> None:
    (public / "notes.txt").touch()
    private_folder(public, IN_DATA)
    assert mode(public) == 0o755
    FolderStore(public)
    assert mode(public) == 0o755
    assert {mode(public / folder) for folder in ("inbox", "tracks", "work")} == {0o700}


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    close_to_others(tmp_path / "data", IN_DATA)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("way", [0o755, 0o711, 0o700])
@pytest.mark.parametrize("what", [0o644, 0o604, 0o600])
def test_a_file_is_open_if_its_mode_and_all_folders_above_are(public: Path, way: int, what: int) -> None:
    (public / "data").mkdir()
    file = public / "data" / "file"
    file.write_text("x")
    file.chmod(what)
    (public / "data").chmod(way)
    assert is_open_to_others(file) is (way != 0o700 and what != 0o600)
    assert not is_open_to_others(public / "data" / "none")


def test_a_group_of_the_user_alone_does_not_open_a_file(public: Path) -> None:
    file = public / "file"
    file.touch(0o600)
    file.chmod(0o640)
    assert is_open_to_others(file) is not has_own_group()
    if IS_ROOT:
        os.chown(file, 0, 65534)
        assert is_open_to_others(file)
