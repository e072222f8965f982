"""Changes the pitch of stretched sound by resampling, with FFmpeg's resampler."""

from collections.abc import Iterator

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from worker.audio.sound import SAMPLE_RATE

Planes = NDArray[np.float32]  # (channels, samples)


def rate_of(semitones: int) -> int:
    """The rate at which sound has to be played to be that much higher, in Hz: within 0.02 cents."""
    return round(SAMPLE_RATE * 2 ** (semitones / 12))


class Transposing:
    """Resamples planes of stereo parts from `rate` to 44.1 kHz. `length`: the samples to return in all."""

    def __init__(self, rate: int, channels: int, length: int) -> None:
        self._rate = rate
        self._resamplers = [
            AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE) for _ in range(channels // 2)
        ]
        self._left = length

    def push(self, planes: Planes) -> Iterator[Planes]:
        yield from self._resampled(planes)

    def finish(self) -> Iterator[Planes]:
        """What is left, up to the length exactly."""
        yield from self._resampled(None)
        if self._left:  # a fraction of a sample
            yield np.zeros((2 * len(self._resamplers), self._left), np.float32)

    def _resampled(self, planes: Planes | None) -> Iterator[Planes]:
        if planes is not None and not planes.shape[1]:
            return
        if self._rate == SAMPLE_RATE:
            yield from () if planes is None else self._counted(planes)
            return
        parts = []
        for number, resampler in enumerate(self._resamplers):
            frame = None
            if planes is not None:
                stereo = np.ascontiguousarray(planes[2 * number : 2 * number + 2])
                frame = av.AudioFrame.from_ndarray(stereo, format="fltp", layout="stereo")
                frame.sample_rate = self._rate
            out = [one.to_ndarray() for one in resampler.resample(frame) if one.samples]
            if out:
                parts.append(np.concatenate(out, axis=1))
        if parts:
            yield from self._counted(np.concatenate(parts).astype(np.float32, copy=False))

    def _counted(self, planes: Planes) -> Iterator[Planes]:
        ready = planes[:, : self._left]
        self._left -= ready.shape[1]
        yield ready
