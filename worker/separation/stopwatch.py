"""Measures what a separation takes, from its first piece of stems to its last one."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from jobs.results import SAMPLE_RATE
from worker.child.tasks import NetworkWanted, Spent
from worker.separation.costs import SHORTEST
from worker.separation.engines import make_engine
from worker.separation.memory import require_memory
from worker.separation.samples import Samples

PAUSED: Final = 4.0
MADE_UP: Final = 60  # seconds of music, more than is separated


class Stopwatch:
    """Starts with the first piece: until then, the network is loaded."""

    def __init__(self) -> None:
        self._begun_cpu: float | None = None
        self._last = 0.0
        self._pieces: list[tuple[float, float]] = []

    @property
    def music_seconds(self) -> float:
        """Of the pieces after the first one."""
        return sum(music for music, _ in self._pieces)

    def heard(self, samples: int) -> None:
        """A piece of so many samples is there."""
        now = time.monotonic()
        if self._begun_cpu is None:
            self._begun_cpu = time.process_time()
        else:
            self._pieces.append((samples / SAMPLE_RATE, now - self._last))
        self._last = now

    def spent(self) -> Spent:
        """On the pieces after the first one."""
        cpu = 0.0 if self._begun_cpu is None else time.process_time() - self._begun_cpu
        return Spent(music_seconds=self.music_seconds, seconds=without_pauses(self._pieces), cpu_seconds=cpu)


def without_pauses(pieces: Sequence[tuple[float, float]]) -> float:
    """Seconds of work on pieces, from their music's seconds and their own.

    A child is paused while a quick song is separated: a whole piece that took `PAUSED` times as long as usual counts as
    usual. The last one may be short, and costs as much.
    """
    if not pieces:
        return 0.0
    whole = max(music for music, _ in pieces) / 2
    usual = median(seconds / music for music, seconds in pieces)
    return sum(
        usual * music if music >= whole and seconds > PAUSED * usual * music else seconds for music, seconds in pieces
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
