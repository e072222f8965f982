"""Fixtures of the separation: the real weights, and stock Spleeter's answers."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.weights import models_dir

__all__ = ["models_dir", "oracle"]


@pytest.fixture(scope="session")
def oracle(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with stock Spleeter's answers, and weights for 4 and 5 stems. See `oracle.py`."""
    folder = tmp_path_factory.mktemp("oracle")
    done = subprocess.run(
        [sys.executable, "-m", "tests.worker.separation.oracle", str(models_dir), str(folder)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"stock Spleeter did not answer:\n{done.stderr[-4000:]}")
    return folder
