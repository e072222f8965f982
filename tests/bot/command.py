"""Fixtures that run the `fl-bt` command in a process, as a person does."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path, models_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    return {
        **kept,
        "FLBT_DATA": str(tmp_path / "data"),
        "FLBT_MODELS": str(models_dir),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    (tmp_path / "tmp").mkdir()

    def run(*words: str, extra: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-m", "bot", *words],
            cwd=tmp_path, env={**environment, **(extra or {})}, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    return run


def nothing_left(tmp_path: Path) -> bool:
    """No temporary file, nothing half made in the store."""
    work = tmp_path / "data" / "store" / "work"
    return not list((tmp_path / "tmp").iterdir()) and not (work.exists() and list(work.iterdir()))
