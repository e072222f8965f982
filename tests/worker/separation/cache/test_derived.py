"""Files derived from a checkpoint are cached whole or not at all, under the id of their weights."""

from pathlib import Path

import pytest

from worker.separation.cache import checksums
from worker.separation.cache.derived import keep, weights_id

NAMES = ("one", "two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The cache folder, beside the checkpoint's files."""
    return tmp_path / "made-0123abcd-1"


def write(ready: Path) -> None:
    for name in NAMES:
        (ready / name).write_text(f"the new {name}")


def contents(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in NAMES}


NEW = {"one": "the new one", "two": "the new two"}


def test_derived_files_are_complete_and_alone(folder: Path) -> None:
    keep(folder, NAMES, write)

    assert contents(folder) == NEW
    assert checksums.is_intact(folder)
    assert {path.name for path in folder.parent.iterdir() if path.is_dir()} == {folder.name}


def test_damaged_files_are_derived_again(folder: Path) -> None:
    keep(folder, NAMES, write)
    (folder / "one").write_text("damaged")

    keep(folder, NAMES, write)

    assert contents(folder) == NEW
    assert checksums.is_intact(folder)


def test_files_of_another_process_stay(folder: Path) -> None:
    keep(folder, NAMES, write)

    def not_again(_ready: Path) -> None:
        raise AssertionError("it is there already")

    keep(folder, NAMES, not_again)

    assert contents(folder) == NEW


def test_leftovers_of_a_killed_process_are_removed(folder: Path) -> None:
    left = folder.with_name(".made-xyz") / "ready"
    left.mkdir(parents=True)
    (left / "one").write_text("half of")
    other = folder.with_name("other-0123abcd-1")
    other.mkdir()

    keep(folder, NAMES, write)

    assert {path.name for path in folder.parent.iterdir() if path.is_dir()} == {folder.name, other.name}


def test_a_full_disk_keeps_nothing_and_raises_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    def full(ready: Path) -> None:
        (ready / "one").write_text("the new one")
        raise OSError(28, "No space left on device", str(ready / "two"))

    keep(folder, NAMES, full)

    assert [path for path in folder.parent.iterdir() if path.is_dir()] == []
    assert "No space left on device" in caplog.text


def test_other_weights_have_another_name(tmp_path: Path) -> None:
    names = []
    for number, index in enumerate((b"checksums", b"other checksums", b"checksums")):
        checkpoint = tmp_path / str(number)
        checkpoint.mkdir()
        (checkpoint / "model.index").write_bytes(index)
        names.append(weights_id(checkpoint))

    assert names[0] == names[2] != names[1]
    assert all(len(name) == 8 for name in names)
