"""Bytecode is written for children, which cannot write it."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import numpy.linalg
import pydantic_core
import pytest
import yt_dlp.extractor

import worker.separation
from worker.bytecode import caches

COUNT = "from worker.bytecode import missing; print(len(missing()))"


def run(*arguments: str, cache: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(cache)
    done = subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def test_missing_bytecode_is_written_once_in_the_background_behind_walls(tmp_path: Path) -> None:
    assert int(run("-c", COUNT, cache=tmp_path)) > 50
    start = "from worker import bytecode as b; b.write_in_background(); print(b._started[0].wait(), len(b.missing()))"
    assert run("-c", start, cache=tmp_path) == "0 0"
    assert run("-c", COUNT, cache=tmp_path) == "0"
    assert list(tmp_path.rglob("yt_dlp/**/*.pyc"))


def test_without_a_folder_of_its_own_it_goes_beside_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Into folders of bytecode alone, for our packages, the libraries and what these need."""
    monkeypatch.setattr(sys, "pycache_prefix", None)  # this run may keep its bytecode elsewhere
    folders = caches()
    assert {folder.name for folder in folders} == {"__pycache__"}
    for loaded in (worker.separation, numpy.linalg, pydantic_core, yt_dlp.extractor, httpx):
        assert Path(str(loaded.__file__)).parent / "__pycache__" in folders


def test_children_read_it_wherever_it_is_kept(tmp_path: Path) -> None:
    source = (
        "from worker.child.confinement.ground import readable\n"
        "print(*readable('worker.rendering.render', online=False), sep='\\n')"
    )
    assert str(tmp_path) in run("-c", source, cache=tmp_path).splitlines()
