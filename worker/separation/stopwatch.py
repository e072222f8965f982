"""Measures what a separation takes, from its first piece of stems to its last one."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from jobs.results import SAMPLE_RATE
from worker.child.tasks import NetworkWanted, Spent
from worker.separation.costs import SHORTEST
from worker.separation.engines import make_engine
from worker.separation.memory import require_memory
from worker.separation.samples import Samples

MADE_UP: Final = 60  # seconds of music, more than is separated


class Stopwatch:
    """Starts with the first piece: until then, the network is loaded."""

    def __init__(self) -> None:
        self._begun: tuple[float, float] | None = None
        self.music_seconds = 0.0

    def heard(self, samples: int) -> None:
        """A piece of so many samples is there."""
        if self._begun is None:
            self._begun = time.monotonic(), time.process_time()
        else:
            self.music_seconds += samples / SAMPLE_RATE

    def spent(self) -> Spent:
        """On the pieces after the first one, until now."""
        clock, cpu = self._begun or (time.monotonic(), time.process_time())
        return Spent(
            music_seconds=self.music_seconds, seconds=time.monotonic() - clock, cpu_seconds=time.process_time() - cpu
        )


def measure(wanted: NetworkWanted) -> Spent:
    """Separates made-up music by an installed model, in this process. Raises `Failed`."""
    require_memory(wanted.model.info)
    engine, watch = make_engine(wanted), Stopwatch()
    engine.fetch_weights(lambda _: None)
    engine.load(lambda: None)
    for piece in engine.separate(_made_up, Path(), lambda _: None):
        watch.heard(len(piece[0]))
        if watch.music_seconds >= SHORTEST:  # whole segments only: the last one of a song is short, and costs as much
            break
    return watch.spent()


def _made_up() -> Iterator[Samples]:
    random = np.random.default_rng(1)
    for _ in range(MADE_UP):
        yield random.standard_normal((SAMPLE_RATE, 2), np.float32) * np.float32(0.1)
