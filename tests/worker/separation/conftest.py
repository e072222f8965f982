"""Fixtures of the separation: the real weights, and stock Spleeter's answers."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import flbt_unet
import pytest

from tests.weights import models_dir

__all__ = ["models_dir", "oracle"]

#: Our own kernels are built for some processors only; there OpenVINO takes their place, and that is tested too.
collect_ignore = [] if flbt_unet.available() else ["test_unet.py"]

IN_USE = 3600.0  # seconds: answers that were asked for in the last hour may be in the hands of another run


@pytest.fixture(scope="session")
def oracle(models_dir: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder with stock Spleeter's answers, and weights for 4 and 5 stems. See `oracle.py`.

    Asking takes a minute: it is done once for all processes and runs, until something that the answers depend on
    changes. `--cache-clear` forgets them. What tests make of the answers is their own, made anew in every run.
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
    """The weights, what asks, and the libraries; the product's own second engine is asked as well."""
    root = Path(__file__).parents[3]
    told = hashlib.sha256((models_dir / "2stems" / "model.index").read_bytes())
    ours = [path for room in ("jobs", "worker") for path in (root / room).rglob("*.py")]
    asking = [Path(__file__).with_name(name) for name in ("oracle.py", "songs.py")]
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
        [sys.executable, "-m", "tests.worker.separation.oracle", str(models_dir), str(draft)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"stock Spleeter did not answer:\n{done.stderr[-4000:]}")
    draft.rename(answers)
