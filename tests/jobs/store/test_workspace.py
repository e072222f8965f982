"""Scratch: gone when its user is done, swept when its user died, and never taken from one who lives."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jobs.store.removal import remove_folder
from jobs.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def left_in(workspace: Workspace) -> list[Path]:
    return list((workspace.root / "work").iterdir())


def test_files_that_come_at_once_share_what_room_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone would fit. What has arrived of one is on the disk already, and counts once."""
    workspace = Workspace(tmp_path, keep_free=500)
    free = 1000
    monkeypatch.setattr(workspace, "free_bytes", lambda: free)
    with workspace.incoming(400) as path:
        with pytest.raises(OSError, match="bytes left") as full, workspace.incoming(400):
            pass
        assert full.value.errno == errno.ENOSPC
        path.write_bytes(b"x" * 300)
        free = 1000 - 300
        with pytest.raises(OSError, match="bytes left"), workspace.incoming(400):
            pass
        with workspace.incoming(100) as small:
            small.write_bytes(b"x" * 100)
    free = 900
    with workspace.incoming(400) as path:
        path.write_bytes(b"x" * 400)
    assert left_in(workspace) == []


LEAVER = """
import os, signal, sys
from pathlib import Path
from jobs.store.workspace import Workspace
with Workspace(Path(sys.argv[1])).folder() as folder:
    (folder / "half").write_text("made")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(workspace: Workspace) -> None:
    subprocess.run([sys.executable, "-c", LEAVER, workspace.root], check=False)
    (left,) = left_in(workspace)
    with workspace.folder() as used:
        assert workspace.sweep() == [left.name]
        assert left_in(workspace) == [used]


def test_what_was_left_before_it_had_its_lock_is_swept(workspace: Workspace) -> None:
    (workspace.root / "work" / "left").mkdir()
    assert workspace.sweep() == ["left"]
    assert left_in(workspace) == []


def test_a_folder_is_not_begun_while_somebody_sweeps(workspace: Workspace) -> None:
    """Between the folder and its lock a sweep would take it for left."""
    begun = threading.Event()

    def work() -> None:
        with workspace.folder():
            begun.set()

    working = threading.Thread(target=work)
    with (workspace.root / "work.lock").open("a") as sweeping:
        fcntl.flock(sweeping, fcntl.LOCK_EX)
        working.start()
        assert not begun.wait(0.3)
    assert begun.wait(60)
    working.join()


def test_what_cannot_be_swept_yet_is_swept_the_next_time(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    left = workspace.root / "work" / "left"
    left.mkdir()

    def not_empty(folder: Path) -> None:  # what happens when a child that is just dying writes another file
        raise OSError(39, "Directory not empty", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr("jobs.store.workspace.remove_folder", not_empty)
        assert workspace.sweep() == []
    assert workspace.sweep() == ["left"]


def test_nobody_waits_while_gigabytes_are_swept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace.root / "work" / "left").mkdir()
    beside: list[str] = []

    def slow(folder: Path) -> None:
        with (workspace.root / "work.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # as a folder begins; raises if it had to wait
        beside.append(folder.name)
        remove_folder(folder)

    monkeypatch.setattr("jobs.store.workspace.remove_folder", slow)
    assert workspace.sweep() == beside == ["left"]


def test_a_folder_goes_whatever_is_in_it(workspace: Workspace, tmp_path: Path) -> None:
    """A child that was taken over nests folders below any depth of recursion and length of path, and closes them."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    with workspace.folder() as folder:
        _nest(folder, 1100)
        (folder / "closed" / "inner").mkdir(parents=True)
        (folder / "closed" / "inner" / "file").write_text("")
        (folder / "link").symlink_to(outside)
        (folder / "closed" / "inner").chmod(0o300)
        (folder / "closed").chmod(0o300)
    assert left_in(workspace) == []
    left = workspace.root / "work" / "left"
    left.mkdir()
    _nest(left, 1100)
    assert workspace.sweep() == ["left"]
    assert left_in(workspace) == []
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
