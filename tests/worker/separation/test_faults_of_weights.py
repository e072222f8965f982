"""Broken and foreign files, and a disk without room: nothing is installed, and what was there stays."""

import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.release import Release, sha256
from tests.sounds import music, write_wav
from tests.worker.separation.checkpoints.zips import tensor, write_torch_file
from tests.worker.separation.scnet.networks import invented, write_network
from worker.separation.cache import checksums
from worker.separation.checkpoints.values import UnreadableError
from worker.separation.installed import has_installed
from worker.separation.installing import fetch, install
from worker.separation.publications import PublishedFile

NAME = "scnet"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole files of the network, in both formats, and files of other things."""
    folder = tmp_path_factory.mktemp("files")
    write_network(folder / "whole.safetensors")
    tensors = invented()
    stored = {name: tensor(name, values) for name, values in tensors.items()}
    write_torch_file(folder / "whole.ckpt", stored, {name: values.tobytes() for name, values in tensors.items()})
    write_wav(folder / "song.wav", music(0.2))
    (folder / "text.txt").write_text("no weights")
    (folder / "empty").touch()
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
    return folder


def content(folder: Path) -> dict[str, str]:
    return {path.name: checksums.sha256_of(path) for path in folder.rglob("*") if path.is_file()}


def left(models_dir: Path) -> list[str]:
    return sorted(path.name for path in models_dir.iterdir() if not path.name.endswith(".lock"))


def ends(whole: bytes) -> list[int]:
    """Lengths at which a file is cut: nothing, a few bytes, within the header, halfway, all but its last byte."""
    return [0, 1, 7, 8, 9, 300, len(whole) // 2, len(whole) - 1]


@pytest.mark.parametrize("file", ["whole.safetensors", "whole.ckpt"])
def test_truncated_files_are_refused_and_what_is_installed_stays(files: Path, tmp_path: Path, file: str) -> None:
    models_dir, whole = tmp_path / "models", (files / file).read_bytes()
    assert install(NAME, files / file, models_dir) == sha256(whole)
    before = content(models_dir / NAME)
    half = tmp_path / "half"
    for end in ends(whole):
        half.write_bytes(whole[:end])
        with pytest.raises(UnreadableError):
            install(NAME, half, models_dir)
    half.write_bytes(whole + b"\0")
    if file == "whole.safetensors":
        with pytest.raises(UnreadableError, match="are there"):
            install(NAME, half, models_dir)
    assert content(models_dir / NAME) == before
    assert has_installed(models_dir / NAME)
    assert left(models_dir) == [NAME]


@pytest.mark.parametrize("file", ["song.wav", "text.txt", "empty", "picture.jpg", "missing"])
def test_files_of_something_else_are_refused(files: Path, tmp_path: Path, file: str) -> None:
    with pytest.raises(UnreadableError):
        install(NAME, files / file, tmp_path)
    assert left(tmp_path) == []


def test_the_weights_of_another_network_are_refused(files: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"no encoder\.0\.conv\.weight"):
        install("htdemucs", files / "whole.safetensors", tmp_path)
    assert left(tmp_path) == []


def limited(bytes_: int) -> Callable[[], None]:
    """Writes beyond it fail as on a full disk: Python ignores the signal, and gets the error."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))


def test_no_room_is_told_and_leaves_what_was_there(files: Path, tmp_path: Path) -> None:
    models_dir = tmp_path / "models"
    install(NAME, files / "whole.safetensors", models_dir)
    before = content(models_dir / NAME)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "worker", "models", "add", str(files / "whole.ckpt"), "--name", NAME],
        env={"FLBT_MODELS": str(models_dir), "FLBT_DATA": str(tmp_path), "PATH": ""}, cwd=tmp_path,
        preexec_fn=limited(20 << 20), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == f"whole.ckpt could not be installed in {models_dir}: File too large"
    assert content(models_dir / NAME) == before
    assert left(models_dir) == [NAME]


def test_no_room_for_a_fetched_file_leaves_nothing_of_it(files: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Release((files / "whole.ckpt").read_bytes()) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
        try:
            with pytest.raises(OSError, match="too large"):
                fetch(NAME, tmp_path, lambda _: None, (PublishedFile(server.url, ""),))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            server.shutdown()
    assert left(tmp_path) == []
