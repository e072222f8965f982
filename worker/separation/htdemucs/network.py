"""Runs the network on one segment."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.separation.htdemucs.graph import build
from worker.separation.htdemucs.shape import BINS, FFT, FRAMES, HOP, SEGMENT, STRIDE, Shape
from worker.separation.segments import network as segments
from worker.separation.segments.network import CompiledNetwork, runtime_name
from worker.separation.segments.spectrum import CHANNELS, Transform, hann
from worker.separation.segments.stream import Cut

EPSILON = np.float32(1e-5)  # added to deviations, as in `HTDemucs.forward`

#: `HTDemucs._spec` and `_ispec`.
TRANSFORM = Transform(
    size=FFT, hop=HOP, window=hann(FFT), samples=SEGMENT, frames=FRAMES, bins=BINS, before=HOP // 2 * 3, outside=2
)


class HTDemucsNetwork:
    """See `worker.separation.segments.stream.Estimator`.

    `bf16`: of the transformer's matrix products; by default where the processor has it.
    """

    cut = Cut(SEGMENT, STRIDE)

    def __init__(self, weights: Path, shape: Shape, threads: int, *, bf16: bool | None = None) -> None:
        if bf16 is None:
            bf16 = segments.has_bf16()
        self.name = f"htdemucs {runtime_name()}" + (" bf16" if bf16 else "")
        self.sources = len(shape.sources)
        self._network = CompiledNetwork(weights, partial(build, shape=shape, bf16=bf16), threads, self.sources)

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sources of one segment: (2, SEGMENT) to (sources, 2, SEGMENT), in the network's order."""
        spectrum = TRANSFORM.spectrogram(samples)
        mean, deviation = level(spectrum)
        mean_t, deviation_t = level(samples)
        spectrum -= mean
        spectrum /= deviation + EPSILON
        of_bins, of_samples = self._network.run(spectrum, ((samples - mean_t) / (deviation_t + EPSILON))[None])
        stems: NDArray[np.float32] = of_samples.reshape(self.sources, CHANNELS, SEGMENT) * deviation_t
        stems += mean_t
        for number, part in enumerate(of_bins.reshape(self.sources, 2 * CHANNELS, BINS, FRAMES)):
            stems[number] += TRANSFORM.waveform(part * deviation + mean)
        return stems


def level(values: NDArray[np.float32]) -> tuple[np.float32, np.float32]:
    """Mean and deviation, by n - 1, of all numbers."""
    mean = values.mean(dtype=np.float64)
    square = np.square(values, dtype=np.float64).mean() - mean**2
    deviation = np.sqrt(max(square, 0.0) * values.size / (values.size - 1))
    return np.float32(mean), np.float32(deviation)
