"""Measures the cost of a child's confinement, with and without in turn: `uv run --group dev python -m bench.walls`."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from jobs.models import Model, YouTube
from jobs.results import Tags
from jobs.settings import Settings
from tests.sounds import music, write_wav
from worker.child.confinement import Confinement
from worker.child.confinement.ground import readable
from worker.child.confinement.walls import make_walls, support
from worker.child.messages import Step
from worker.child.parent_side import start_child
from worker.child.tasks import FetchTask, NetworkWanted, Separated, SeparationTask

STARTS: Final = 15
SEPARATIONS: Final = 6
SECONDS: Final = 60.0  # of music


async def main() -> None:
    print(f"children are {support().sentence}")
    with tempfile.TemporaryDirectory() as folder:
        task = _task(Path(folder))
        walls = task.confinement
        assert walls is not None
        _tell("to make the walls ready, ms", [_made(walls) * 1e3 for _ in range(STARTS)])
        fetching = FetchTask(source=YouTube(video_id="jNQXAC9IVRw"), output=Path(folder), max_seconds=60)
        assert fetching.confinement is not None
        for name, one in (("decoder's", walls), ("downloader's", fetching.confinement)):
            starts: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(STARTS):
                for confined, took in starts.items():
                    took.append(await _start(one if confined else None))
            for confined, took in starts.items():
                _tell(f"a {name} start {'with' if confined else 'without'} walls, ms", [each * 1e3 for each in took])
        separations: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(SEPARATIONS):
            for confined, took in separations.items():
                took.append(await _separate(task, walls if confined else None))
        for confined, took in separations.items():
            _tell(f"{SECONDS:.0f} s of music {'with' if confined else 'without'} walls, s", took)


def _task(folder: Path) -> SeparationTask:
    output = folder / "made"
    output.mkdir()
    return SeparationTask(
        audio=write_wav(folder / "song.wav", np.tile(music(1.0), (int(SECONDS), 1))),
        output=output,
        network=NetworkWanted(model=Model(name="spleeter-2"), models_dir=Settings().models_dir.absolute()),
        tags=Tags(title="Song"),
        max_seconds=600,
    )


def _made(walls: Confinement) -> float:
    began = time.perf_counter()
    make_walls(walls, readable("worker.rendering.render", online=False)).close()
    return time.perf_counter() - began


async def _start(walls: Confinement | None) -> float:
    """Seconds until a child without a task has ended."""
    began = time.perf_counter()
    async with start_child("worker.sources", walls) as child:
        assert child._process.stdin is not None
        child._process.stdin.close()
        while child._process.returncode is None:  # noqa: ASYNC110 - as the worker waits
            await asyncio.sleep(0.001)
    return time.perf_counter() - began


async def _separate(task: SeparationTask, walls: Confinement | None) -> float:
    began = time.perf_counter()
    async with start_child("worker.separation", walls) as child:
        await child.ask(task, Separated, _ignore, deadline=600)
    return time.perf_counter() - began


def _ignore(step: Step) -> None:
    """Discards the reports."""


def _tell(what: str, figures: list[float]) -> None:
    print(f"{what}: median {statistics.median(figures):.2f}, {min(figures):.2f} to {max(figures):.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
