"""What is made of a checkpoint once: kept whole or not at all, and beside no other weights than its own."""

from pathlib import Path

import pytest

from worker.separation.cache import checksums
from worker.separation.cache.derived import keep, weights_id

NAMES = ("one", "two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it is to be kept, beside the checkpoint's own files."""
    return tmp_path / "made-0123abcd-1"


def write(ready: Path) -> None:
    for name in NAMES:
        (ready / name).write_text(f"the new {name}")


def contents(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in NAMES}


NEW = {"one": "the new one", "two": "the new two"}


def test_it_is_there_whole_and_nothing_else_is(folder: Path) -> None:
    keep(folder, NAMES, write)

    assert contents(folder) == NEW
    assert checksums.is_intact(folder)
    assert {path.name for path in folder.parent.iterdir() if path.is_dir()} == {folder.name}


def test_what_is_damaged_is_made_anew(folder: Path) -> None:
    keep(folder, NAMES, write)
    (folder / "one").write_text("damaged")

    keep(folder, NAMES, write)

    assert contents(folder) == NEW
    assert checksums.is_intact(folder)


def test_what_another_one_has_kept_meanwhile_stays(folder: Path) -> None:
    keep(folder, NAMES, write)

    def not_again(_ready: Path) -> None:
        raise AssertionError("it is there already")

    keep(folder, NAMES, not_again)

    assert contents(folder) == NEW


def test_what_was_killed_while_it_was_written_goes(folder: Path) -> None:
    left = folder.with_name(".made-xyz") / "ready"
    left.mkdir(parents=True)
    (left / "one").write_text("half of")
    other = folder.with_name("other-0123abcd-1")
    other.mkdir()

    keep(folder, NAMES, write)

    assert {path.name for path in folder.parent.iterdir() if path.is_dir()} == {folder.name, other.name}


def test_what_cannot_be_written_is_not_there_and_its_failure_is_no_ones(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
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
