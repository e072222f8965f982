"""Stock Spleeter's answers, computed once."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.weights import models_dir

__all__ = ["models_dir", "oracle"]

ORACLE_SECONDS = 1500  # stock Spleeter answers within a minute on a quiet machine
IN_USE = 3600.0  # seconds: answers used in the last hour may belong to another run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "oracle" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(ORACLE_SECONDS))


@pytest.fixture(scope="session")
def oracle(models_dir: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder with stock Spleeter's answers, and weights for 4 and 5 stems. See `answers.py`.

    They take a minute, and are computed once for all processes and runs, until a dependency changes. `--cache-clear`
    removes them. Files derived from the answers are made again in every run.
    """
    cache = getattr(pytestconfig, "cache", None)  # `-p no:cacheprovider` has none
    shared = cache.mkdir("oracle") if cache else tmp_path_factory.mktemp("answers")
    answers = shared / _named_by_what_matters(models_dir)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answers.exists():
            _ask(models_dir, answers)
        answers.touch()
    folder = tmp_path_factory.mktemp("oracle")
    for path in answers.rglob("*"):
        if path.is_file():
            ours = folder / path.relative_to(answers)
            ours.parent.mkdir(parents=True, exist_ok=True)
            ours.symlink_to(path)
    return folder


def _named_by_what_matters(models_dir: Path) -> str:
    """A name from the dependencies: weights, code and libraries, the product's second engine included."""
    root = Path(__file__).parents[2]
    told = hashlib.sha256((models_dir / "2stems" / "model.index").read_bytes())
    ours = [path for room in ("jobs", "worker") for path in (root / room).rglob("*.py")]
    songs = root / "tests" / "worker" / "separation"
    asking = [Path(__file__).with_name("answers.py"), songs / "songs.py", songs / "record.py"]
    for path in [root / "uv.lock", *asking, *sorted(ours)]:
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _ask(models_dir: Path, answers: Path) -> None:
    for other in answers.parent.iterdir():
        if other.is_dir() and other.stat().st_mtime < time.time() - IN_USE:
            shutil.rmtree(other)
    draft = answers.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle.answers", str(models_dir), str(draft)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"stock Spleeter did not answer:\n{done.stderr[-4000:]}")
    draft.rename(answers)
