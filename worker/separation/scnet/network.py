"""Runs the network on one segment."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.separation.scnet.graph import build
from worker.separation.scnet.shape import BINS, FFT, FRAMES, HOP, SEGMENT, SILENCE, SOURCES, STRIDE
from worker.separation.segments.network import CompiledNetwork, runtime_name
from worker.separation.segments.spectrum import CHANNELS, Transform
from worker.separation.segments.stream import Cut

TRANSFORM = Transform(
    size=FFT, hop=HOP, window=np.ones(FFT, np.float32), samples=SEGMENT, frames=FRAMES, bins=BINS, before=FFT // 2,
    silence=SILENCE,
)  # fmt: skip


class SCNetNetwork:
    """See `worker.separation.segments.stream.Estimator`."""

    cut = Cut(SEGMENT, STRIDE)
    sources = len(SOURCES)

    def __init__(self, weights: Path, threads: int) -> None:
        self.name = f"scnet {runtime_name()}"
        self._network = CompiledNetwork(weights, build, threads, self.sources)

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sources of one segment: (2, SEGMENT) to (sources, 2, SEGMENT), in the network's order."""
        (parts,) = self._network.run(TRANSFORM.spectrogram(samples))
        stems = np.empty((self.sources, CHANNELS, SEGMENT), np.float32)
        for number, part in enumerate(parts.reshape(self.sources, 2 * CHANNELS, BINS, FRAMES)):
            stems[number] = TRANSFORM.waveform(part)
        return stems
