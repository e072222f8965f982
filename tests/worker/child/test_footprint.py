"""Limits of a child's disk space, in folders and in removed files."""

import os
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from tests.worker.child_tasks import Answer, Errand
from worker.child.footprint import MOST_FILES, measure
from worker.child.limits import Limits
from worker.child.parent_side import run_child


@pytest.mark.faults
@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("fill", "30 MB in files, 10 MB are allowed"),
        ("fill with removed files", "30 MB in files, 10 MB are allowed"),
        ("fill with many files", f"{MOST_FILES + 1} files, {MOST_FILES} are allowed"),
    ],
)
async def test_a_child_that_fills_the_disk_is_ended_with_a_reason(tmp_path: Path, do: str, said: str) -> None:
    """Each file is within its limit."""
    errand = Errand(do=do, folder=tmp_path / "workspace")
    limits = Limits(file_mb=5, folder_mb=10)
    with pytest.raises(Failed) as caught:
        await run_child("tests.worker.child_tasks", errand, Answer, lambda step: None, deadline=60, limits=limits)
    assert caught.value.failure.reason is Reason.NO_DISK
    assert said in caught.value.failure.detail


def test_a_file_of_several_names_counts_once_and_links_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (outside / "large").write_bytes(os.urandom(5_000_000))
    (folder / "inner").mkdir(parents=True)
    (folder / "file").write_bytes(os.urandom(1_000_000))
    (folder / "inner" / "same").hardlink_to(folder / "file")
    (folder / "link").symlink_to(outside)
    held, files = measure([], [folder])
    assert held == pytest.approx(1, abs=0.1)
    assert files == 4


def test_a_folder_that_goes_meanwhile_is_no_failure(tmp_path: Path) -> None:
    assert measure([2**22], [tmp_path / "gone"]) == (0, 0)
