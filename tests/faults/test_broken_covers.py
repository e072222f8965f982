"""Two hundred broken covers, and expensive ones: the song comes with the unchanged cover, or without.

`FUZZ_SEED=7` is another two hundred, `FUZZ_COVERS=5000` a night's work.
"""

import os
from pathlib import Path

import pytest

from tests.covers import expensive_covers, whole_covers
from tests.faults.broken import broken_files
from tests.faults.decoder import Fates, Files
from worker.child.parent_side import run_child

SEED = int(os.environ.get("FUZZ_SEED", "1"))
COVERS = int(os.environ.get("FUZZ_COVERS", "200"))
MOST_SECONDS = 20  # for one cover, on a busy machine
MOST_MB = 250  # of one cover, beside the libraries


async def fates_of(covers: list[Path]) -> Fates:
    """The result of each: at worst a song without a cover."""
    task = Files(paths=tuple(covers), max_seconds=0, seconds=MOST_SECONDS)
    met = await run_child("tests.faults.covers", task, Fates, lambda _: None, deadline=60 + len(covers))
    assert {path.name: fate.signal for path, fate in zip(covers, met.fates, strict=True) if fate.signal} == {}
    heavy = {
        path.name: held
        for path, fate in zip(covers, met.fates, strict=True)
        if (held := fate.peak_mb - met.before_mb) > MOST_MB
    }
    assert heavy == {}
    return met


def say_how(capsys: pytest.CaptureFixture[str], what: str, met: Fates) -> None:
    took, peak = max(fate.took for fate in met.fates), max(fate.peak_mb for fate in met.fates) - met.before_mb
    small = sum(fate.samples > 0 for fate in met.fates)
    with capsys.disabled():
        print(f"\n{what}: {small} thumbnails; at most {took:.2f} s and {peak:.0f} MB")  # noqa: T201 - figures


def put_all(covers: dict[str, bytes], into: Path) -> list[Path]:
    paths = [into / name for name in covers]
    for path in paths:
        path.write_bytes(covers[path.name])
    return paths


@pytest.mark.faults
@pytest.mark.timeout(120 + COVERS)
async def test_broken_covers_cost_no_song_and_little_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, into = put_all(whole_covers(), tmp_path), tmp_path / "broken"
    into.mkdir()
    met = await fates_of(list(broken_files(whole, into, COVERS, SEED)))
    say_how(capsys, f"{COVERS} broken covers, seed {SEED}", met)
    assert 0 < sum(fate.samples > 0 for fate in met.fates) < len(met.fates)


@pytest.mark.faults
async def test_covers_made_to_be_expensive_cost_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expensive = put_all(expensive_covers(), tmp_path)
    met = await fates_of(expensive)
    say_how(capsys, f"{len(expensive)} expensive covers", met)
    assert len(met.fates) == len(expensive), "none ended the process that looked at them"


@pytest.mark.faults
async def test_every_kind_of_cover_gives_a_thumbnail(tmp_path: Path) -> None:
    whole = put_all(whole_covers(), tmp_path)
    met = await fates_of(whole)
    assert [path.name for path, fate in zip(whole, met.fates, strict=True) if not fate.samples] == []
