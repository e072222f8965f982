"""Checksums: a changed file is noticed, and an unchanged one is not hashed again."""

import os
from pathlib import Path

import pytest

from worker.separation.cache import checksums

NAMES = ("one", "two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_text(f"the content of {name}")
    return tmp_path


def pins(folder: Path) -> dict[str, str]:
    return {name: checksums.sha256_of(folder / name) for name in NAMES}


def test_a_hash_is_of_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(checksums.CHUNK) + b"!")
    assert checksums.sha256_of(tmp_path / "file") == "d404f79d2d958e21653438c1ca531e584b149e54f1a6bd86921d54ddefd03629"


def test_a_folder_is_intact_until_a_file_changes(folder: Path) -> None:
    checksums.write_checksums(folder, NAMES)
    assert checksums.is_intact(folder) is True
    times = (folder / "two").stat()
    (folder / "two").write_text("the c0ntent of two")
    assert checksums.is_intact(folder) is False
    (folder / "two").write_text("the content of two")
    os.utime(folder / "two", ns=(times.st_atime_ns, times.st_mtime_ns + 1))
    assert checksums.is_intact(folder) is True, "another time, and the same content"
    (folder / "one").unlink()
    assert checksums.is_intact(folder) is False


def test_an_unchanged_file_is_not_hashed_again(folder: Path) -> None:
    """A change with the same size and time shows it: it is not noticed."""
    checksums.write_checksums(folder, NAMES)
    times = (folder / "two").stat()
    (folder / "two").write_text("the c0ntent of two")
    os.utime(folder / "two", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert checksums.is_intact(folder) is True
    os.utime(folder / "two")
    assert checksums.is_intact(folder) is False


def test_a_folder_without_checksums_is_unknown(folder: Path, tmp_path: Path) -> None:
    assert checksums.is_intact(folder) is None
    assert checksums.is_intact(tmp_path / "nowhere") is None
    (folder / checksums.NAME).write_text('{"files": {"one"')
    assert checksums.is_intact(folder) is None


def test_pinned_hashes_take_precedence(folder: Path, tmp_path: Path) -> None:
    pinned = pins(folder)
    assert checksums.is_intact(tmp_path / "nowhere", pinned) is None, "nothing is there yet"
    assert checksums.is_intact(folder, pinned) is True
    assert (folder / checksums.NAME).exists(), "from now on it need not be hashed"
    (folder / "one").write_text("something else")
    assert checksums.is_intact(folder, pinned) is False
    checksums.write_checksums(folder, NAMES)
    assert checksums.is_intact(folder) is True
    assert checksums.is_intact(folder, pinned) is False


def test_missing_pinned_files_are_not_intact(folder: Path) -> None:
    pinned = pins(folder)
    (folder / "one").unlink()
    assert checksums.is_intact(folder, pinned) is False
    checksums.write_checksums(folder, ("two",))
    (folder / "two").unlink()
    assert checksums.is_intact(folder, pinned) is False, "it was there, and is not"
