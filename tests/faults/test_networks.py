"""A separation by a network of minutes is stopped in the middle: at once, and nothing is left."""

import asyncio
import contextlib
import time
from pathlib import Path

import psutil
import pytest

from jobs.models import Model
from jobs.results import Tags
from tests.sounds import music, write_wav
from tests.worker.separation.scnet.networks import write_network
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import NetworkWanted, Separated, SeparationTask
from worker.separation.installing import install


def running_children() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "worker.separation" in child.cmdline():
                found.append(child)
    return found


async def test_cancelled_in_the_middle(tmp_path: Path) -> None:
    install("scnet", write_network(tmp_path / "a.safetensors"), tmp_path / "models")
    (tmp_path / "made").mkdir()
    task = SeparationTask(
        audio=write_wav(tmp_path / "song.wav", music(60.0)),
        output=tmp_path / "made",
        network=NetworkWanted(model=Model(name="scnet"), models_dir=tmp_path / "models"),
        tags=Tags(title="Song"),
        max_seconds=100,
    )
    before = sorted((tmp_path / "models").rglob("*"))
    separated = asyncio.Event()

    def on_step(step: Step) -> None:
        if step.separated:
            separated.set()

    running = asyncio.create_task(run_child("worker.separation", task, Separated, on_step, deadline=600))
    await asyncio.wait_for(separated.wait(), 300)
    assert running_children()
    begun = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert time.monotonic() - begun < 10, "a segment takes as long on a busy machine, and is not waited for"
    assert running_children() == []
    assert list(task.output.glob("*.flac")) == []
    assert sorted((tmp_path / "models").rglob("*")) == before
