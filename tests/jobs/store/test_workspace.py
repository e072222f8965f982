"""Scratch folders: removed at the end of the context, swept after their maker's death, and not before."""

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


def test_incoming_files_share_the_free_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone would fit. The bytes that arrived are on the disk already, and count once."""
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


def test_only_leftovers_of_killed_processes_are_swept(workspace: Workspace) -> None:
    subprocess.run([sys.executable, "-c", LEAVER, workspace.root], check=False)
    (left,) = left_in(workspace)
    with workspace.folder() as used:
        assert workspace.sweep() == [left.name]
        assert left_in(workspace) == [used]


def test_a_leftover_without_a_lock_is_swept(workspace: Workspace) -> None:
    (workspace.root / "work" / "left").mkdir()
    assert workspace.sweep() == ["left"]
    assert left_in(workspace) == []


def test_a_new_folder_waits_for_a_sweep(workspace: Workspace) -> None:
    """Between making and locking a folder, a sweep would take it for a leftover."""
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


def test_a_leftover_in_use_is_swept_the_next_time(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    left = workspace.root / "work" / "left"
    left.mkdir()

    def not_empty(folder: Path) -> None:  # as when a dying child writes another file
        raise OSError(39, "Directory not empty", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr("jobs.store.workspace.remove_folder", not_empty)
        assert workspace.sweep() == []
    assert workspace.sweep() == ["left"]


def test_a_new_folder_does_not_wait_for_the_removal(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace.root / "work" / "left").mkdir()
    beside: list[str] = []

    def slow(folder: Path) -> None:
        with (workspace.root / "work.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # the lock of a new folder; raises if it had to wait
        beside.append(folder.name)
        remove_folder(folder)

    monkeypatch.setattr("jobs.store.workspace.remove_folder", slow)
    assert workspace.sweep() == beside == ["left"]


def test_a_folder_with_any_contents_is_removed(workspace: Workspace, tmp_path: Path) -> None:
    """A child that was taken over nests folders beyond limits of recursion and path length, without permissions."""
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
    # By file descriptor: paths cannot be as long.
    at = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)
