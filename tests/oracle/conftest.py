"""The answers of stock Spleeter, demucs, SCNet and museval, computed once."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.weights import models_dir

__all__ = ["demucs", "models_dir", "museval", "oracle", "scnet"]

ROOT = Path(__file__).parents[2]

ORACLE_SECONDS = 1500  # stock Spleeter answers within a minute on a quiet machine
IN_USE = 3600.0  # seconds: answers used in the last hour may belong to another run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"oracle", "demucs", "scnet", "museval"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.timeout(ORACLE_SECONDS))


@pytest.fixture(scope="session")
def oracle(models_dir: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder with stock Spleeter's answers, and weights for 4 and 5 stems. See `answers.py`.

    They take a minute, and are computed once for all processes and runs, until a dependency changes. `--cache-clear`
    removes them. Files derived from the answers are made again in every run.
    """
    command = [sys.executable, "-m", "tests.oracle.answers", str(models_dir)]
    answers = _kept(
        _shared("oracle", pytestconfig, tmp_path_factory) / _named_by_what_matters(models_dir), lambda: command
    )
    folder = tmp_path_factory.mktemp("oracle")
    for path in answers.rglob("*"):
        if path.is_file():
            ours = folder / path.relative_to(answers)
            ours.parent.mkdir(parents=True, exist_ok=True)
            ours.symlink_to(path)
    return folder


@pytest.fixture(scope="session")
def demucs(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder with demucs's weights and answers, computed once like those above. Only read it."""
    return _of_torch("demucs", pytestconfig, tmp_path_factory)


@pytest.fixture(scope="session")
def scnet(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder with SCNet's weights and answers. Only read it."""
    return _of_torch("scnet", pytestconfig, tmp_path_factory)


@pytest.fixture(scope="session")
def museval(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder with museval's answers. Only read it."""
    return _of_torch("museval", pytestconfig, tmp_path_factory)


def _of_torch(name: str, config: pytest.Config, temporary: pytest.TempPathFactory) -> Path:
    """The answers of a script in the environment with torch."""
    script, pins = Path(__file__).with_name(f"{name}_answers.py"), ROOT / "pins" / "demucs.txt"
    named = hashlib.sha256(script.read_bytes() + pins.read_bytes()).hexdigest()[:16]

    def command() -> list[str]:
        subprocess.run([ROOT / ".ci" / "demucs"], check=True)
        return [str(ROOT / ".venv-demucs" / "bin" / "python"), str(script)]

    return _kept(_shared(name, config, temporary) / named, command)


def _shared(name: str, config: pytest.Config, temporary: pytest.TempPathFactory) -> Path:
    """A folder for all processes and runs."""
    cache = getattr(config, "cache", None)  # `-p no:cacheprovider` has none
    return Path(cache.mkdir(name)) if cache else temporary.mktemp(name)


def _kept(answers: Path, command: Callable[[], list[str]]) -> Path:
    """The folder `answers`, which the command writes if it is not there."""
    with (answers.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answers.exists():
            _ask(command(), answers)
        answers.touch()
    return answers


def _named_by_what_matters(models_dir: Path) -> str:
    """A name from the dependencies: weights, code and libraries, the product's second engine included."""
    told = hashlib.sha256((models_dir / "2stems" / "model.index").read_bytes())
    ours = [path for room in ("jobs", "worker") for path in (ROOT / room).rglob("*.py")]
    songs = ROOT / "tests" / "worker" / "separation"
    asking = [Path(__file__).with_name("answers.py"), songs / "songs.py", songs / "record.py"]
    for path in [ROOT / "uv.lock", *asking, *sorted(ours)]:
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _ask(command: list[str], answers: Path) -> None:
    for other in answers.parent.iterdir():
        if other.is_dir() and other.stat().st_mtime < time.time() - IN_USE:
            shutil.rmtree(other)
    draft = answers.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    done = subprocess.run([*command, str(draft)], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.fail(f"the reference did not answer:\n{done.stderr[-4000:]}")
    draft.rename(answers)
