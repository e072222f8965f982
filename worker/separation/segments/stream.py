"""Separates a song segment by segment, in constant memory: `apply_model` of `demucs/apply.py` with `shifts=0`.

The song is decoded twice: its mean and deviation are needed before its first segment.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from worker.child.messages import Step
from worker.separation.engine import Decode, Report
from worker.separation.samples import Samples
from worker.separation.segments.spectrum import CHANNELS

EPSILON = 1e-8  # added to the song's deviation, as in `demucs/api.py`


@dataclass(frozen=True)
class Cut:
    """How a song is cut: the samples of a segment, and from segment to segment."""

    segment: int
    stride: int


class Estimator(Protocol):
    """Estimates the sources of a segment: `HTDemucsNetwork`, `SCNetNetwork`, and simple ones in tests.

    `name` is for logs and for the manifest, `sources` the number of stems.
    """

    @property
    def name(self) -> str: ...

    @property
    def sources(self) -> int: ...

    @property
    def cut(self) -> Cut: ...

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """(2, cut.segment) in, (sources, 2, cut.segment) out. Raises `Failed` with MODEL_DAMAGED."""


@dataclass(frozen=True)
class Level:
    """Of a song in mono: its length in samples, mean, and deviation by n - 1."""

    samples: int
    mean: float
    deviation: float


def measure(blocks: Iterable[Samples], heard: Callable[[int], None] = lambda _: None) -> Level:
    """The first pass. `heard` is called with the number of samples so far."""
    samples, total, squares = 0, 0.0, 0.0
    for block in blocks:
        mono = block.mean(1, dtype=np.float64)
        samples += len(mono)
        total += float(mono.sum())
        squares += float(mono @ mono)
        heard(samples)
    mean = total / samples if samples else 0.0
    square = max(squares - samples * mean**2, 0.0)
    return Level(samples, mean, sqrt(square / (samples - 1)) if samples > 1 else 0.0)


def separate_song(decode: Decode, network: Estimator, report: Report) -> Iterator[NDArray[np.float32]]:
    """Song and sources, piece by piece: (1 + sources, 2, samples), the song first, sources in the network's order.

    The pieces are as long in sum as the song, to the sample, and do not depend on the lengths of blocks.
    """
    segment, stride = network.cut.segment, network.cut.stride
    triangle = _triangle(segment)
    level = measure(decode(), lambda samples: report(Step(fraction=0.0, alive=samples)))
    gain = np.float32(level.deviation + EPSILON)
    song = _Normalised(decode(), level, gain)
    added = np.zeros((network.sources, CHANNELS, segment), np.float32)
    weights = np.zeros(segment, np.float32)
    for start in range(0, level.samples, stride):
        length = min(segment, level.samples - start)
        before = (segment - length) // 2  # a short segment stands in the middle, with its neighbours around it
        samples = song.between(start - before, start - before + segment)
        sources = network.estimate(samples)[:, :, before : before + length]
        added[:, :, :length] += triangle[:length] * sources
        weights[:length] += triangle[:length]
        ready = min(stride, length)
        piece = np.empty((1 + network.sources, CHANNELS, ready), np.float32)
        piece[0] = samples[:, before : before + ready]
        piece[1:] = added[:, :, :ready] / weights[:ready]
        piece *= gain
        piece += np.float32(level.mean)
        yield piece
        for values in (added, weights):
            values[..., :-stride] = values[..., stride:]
            values[..., -stride:] = 0


def _triangle(segment: int) -> NDArray[np.float32]:
    """A segment's weights, where segments overlap."""
    rising = np.minimum(np.arange(1, segment + 1), np.arange(segment, 0, -1))
    return np.asarray(rising / rising.max(), np.float32)


class _Normalised:
    """The second pass: stretches of the song, of mean 0 and deviation 1, each from a later start."""

    def __init__(self, blocks: Iterable[Samples], level: Level, gain: np.float32) -> None:
        self._blocks = iter(blocks)
        self._level = level
        self._gain = gain
        self._held = np.empty((CHANNELS, 0), np.float32)
        self._start = 0  # of what is held, in samples of the song

    def between(self, first: int, last: int) -> NDArray[np.float32]:
        """The samples from `first` to `last`, with zeros before and after the song. Forgets what is before them."""
        new = [self._held[:, max(0, first - self._start) :]]
        self._start = max(first, 0)
        end = self._start + new[0].shape[1]
        while end < min(last, self._level.samples) and (block := next(self._blocks, None)) is not None:
            new.append((block.T - np.float32(self._level.mean)) / self._gain)
            end += len(block)
        self._held = np.concatenate(new, 1)
        wanted = np.zeros((CHANNELS, last - first), np.float32)
        there = self._held[:, : min(last, self._level.samples) - self._start]
        wanted[:, self._start - first : self._start - first + there.shape[1]] = there
        return wanted
