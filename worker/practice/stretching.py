"""Stretches sound along a timeline: a phase vocoder whose stems stay one song.

A frame of the output is a frame of the input with every bin turned by a phase. The turns are computed from the whole
(the sum of the stems that are treated alike) and applied to each part of it, in both channels. So the treatment is
linear: stretched parts add up to the stretched whole.

The turn of a frame is that of the one before, and what the whole's phases gained on the way (Flanagan and Golden 1966,
with the increment measured over one hop instead of unwrapped). Bins around a peak turn with the peak (Laroche and
Dolson, "Improved phase vocoder time-scale modification of audio", 1999). Where an attack makes bins louder, they start
again unturned (Roebel, "A new approach to transient processing in the phase vocoder", 2003), and the timeline keeps
their speed while the attack passes the window: the attack is copied as it was.
"""

from collections.abc import Iterator

import numpy as np
from flbt_unet import irfft, rfft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from worker.practice.timeline import Attack, Timeline

FRAME = 4096  # samples
HOP = FRAME // 4
BATCH = 64  # frames that are computed at once
REACH = 2 * FRAME  # samples around the centre of a frame from which it is computed, at most
LOUDER = 2.0  # times the power: bins with such a rise belong to an attack
EDGE = 5  # bins over which the power is summed for that

_HANN = np.hanning(FRAME + 1)[:-1].astype(np.float32)
_SYNTHESIS = _HANN / np.float32(1.5)  # four squared Hann windows at a time add up to 1.5

Planes = NDArray[np.float32]  # (channels, samples)
Spectra = NDArray[np.complex64]


class Stretching:
    """Stretches planes of 2 + 2 * `parts` channels: the whole, then its parts. Returns planes of the parts.

    With `parts` 0 the whole is its own part. Memory is constant: that of a few frames per channel.
    """

    def __init__(self, timeline: Timeline, parts: int) -> None:
        self._timeline = timeline
        self._input = _Window(2 + 2 * parts)
        self._first_part = 2 if parts else 0
        self._next = -1  # the number of the next frame, centred at that many hops
        self._last = (timeline.length + FRAME // 2 - 1) // HOP
        self._turns = np.ones(FRAME // 2 + 1, np.complex64)
        self._spectrum: Spectra | None = None  # of the whole in the frame before
        self._at = 0  # the centre of that frame, in the song
        self._attacks = [*reversed(timeline.attacks)]
        self._sum = np.zeros((2 * parts or 2, FRAME), np.float32)  # overlapping frames, from the first that goes on
        self._written = 0

    def push(self, planes: Planes) -> Iterator[Planes]:
        """The next planes of the song, of any length. Yields what is complete."""
        self._input.append(planes)
        yield from self._batches(last=False)

    def finish(self) -> Iterator[Planes]:
        """What is left, up to the timeline's length exactly."""
        self._input.append(np.zeros((self._input.channels, 2 * REACH + FRAME), np.float32))
        yield from self._batches(last=True)

    def _batches(self, *, last: bool) -> Iterator[Planes]:
        while self._next <= self._last:
            frames = np.arange(self._next, min(self._next + BATCH, self._last + 1))
            inputs = self._timeline.inputs_at(frames * HOP)
            if not last and inputs[-1] + REACH > self._input.end:
                return
            self._input.forget(int(inputs[0]) - REACH)
            yield self._overlapped(self._frames(frames, inputs))
            self._next = int(frames[-1]) + 1

    def _frames(self, frames: NDArray[np.int64], inputs: NDArray[np.int64]) -> Planes:
        """The frames of the parts: (channels, frames, FRAME)."""
        spectra = rfft(self._input.frames(inputs))
        whole = spectra[:2]
        first = whole[:, :1] if self._spectrum is None else self._spectrum
        steps = np.diff(inputs, prepend=inputs[0] - HOP if self._spectrum is None else self._at)
        moved = np.flatnonzero(steps != HOP)  # else the song keeps its speed, and its turns
        before = rfft(self._input.frames(inputs[moved] - HOP, channels=2))
        last = np.concatenate([first, whole[:, :-1]], axis=1)
        now = whole
        if len(moved) < len(frames):
            last, now = last[:, moved], now[:, moved]
        gains = dict(zip(moved.tolist(), _direction((last * before.conj()).sum(axis=0)), strict=True))
        peaks = dict(zip(moved.tolist(), nearest_peaks((now.real**2 + now.imag**2).sum(axis=0)), strict=True))
        turns = np.empty(spectra.shape[1:], np.complex64)
        for row, frame in enumerate(frames):
            turn = (self._turns * gains[row])[peaks[row]] if row in gains else self._turns
            while self._attacks and self._attacks[-1].output <= frame * HOP:
                turn = np.where(self._rises_at(self._attacks.pop()), np.complex64(1), turn)
            self._turns = turns[row] = turn if frame % 16 else _direction(turn)  # rounding adds up
        self._at = int(inputs[-1])
        self._spectrum = whole[:, -1:]
        return irfft(spectra[self._first_part :] * turns) * _SYNTHESIS

    def _rises_at(self, attack: Attack) -> NDArray[np.bool_]:
        """The bins that an attack makes louder."""
        around = np.array([attack.sample - FRAME * 5 // 8, attack.sample + FRAME // 4])
        spectra = rfft(self._input.frames(around, channels=2))
        before, behind = (spectra.real**2 + spectra.imag**2).sum(axis=0)
        edge = np.ones(EDGE, np.float32)
        rises: NDArray[np.bool_] = np.convolve(behind, edge, "same") > LOUDER * np.convolve(before, edge, "same")
        return rises

    def _overlapped(self, frames: Planes) -> Planes:
        """The samples that no later frame reaches, after adding these frames."""
        count = frames.shape[1]
        total = np.zeros((len(frames), (count - 1) * HOP + FRAME), np.float32)
        total[:, : self._sum.shape[1]] = self._sum
        for row in range(count):
            total[:, row * HOP : row * HOP + FRAME] += frames[:, row]
        start = (self._next * HOP) - FRAME // 2  # of the first of these samples, in the output
        self._sum = total[:, count * HOP :]
        whole = total[:, : count * HOP] if self._next + count <= self._last else total
        ready = whole[:, max(-start, 0) : max(self._timeline.length - start, 0)]
        self._written += ready.shape[1]
        return ready


class _Window:
    """The samples of the song around the frames that are being computed. Silence lies before the first one."""

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self._planes = np.zeros((channels, REACH), np.float32)
        self._start = -REACH

    @property
    def end(self) -> int:
        return self._start + self._planes.shape[1]

    def append(self, planes: Planes) -> None:
        self._planes = np.concatenate([self._planes, planes], axis=1)

    def forget(self, before: int) -> None:
        """Drops the samples before this one."""
        self._planes = self._planes[:, max(before - self._start, 0) :]
        self._start = max(before, self._start)

    def frames(self, centres: NDArray[np.int64], channels: int | None = None) -> Planes:
        """Windowed frames, (channels, frames, FRAME)."""
        windows = sliding_window_view(self._planes[:channels], FRAME, axis=1)
        starts = np.clip(centres - FRAME // 2 - self._start, 0, windows.shape[1] - 1)
        return np.asarray(windows[:, starts] * _HANN)


def nearest_peaks(power: NDArray[np.float32]) -> NDArray[np.int32]:
    """The bin of the nearest peak, for each bin: (frames, bins) each. A peak is louder than two bins on each side."""
    bins = np.arange(power.shape[1], dtype=np.int32)
    far = len(bins)
    is_peak = np.zeros(power.shape, np.bool_)
    middle = power[:, 2:-2]
    is_peak[:, 2:-2] = (middle >= power[:, 1:-3]) & (middle > power[:, 3:-1])
    is_peak[:, 2:-2] &= (middle >= power[:, :-4]) & (middle > power[:, 4:])
    left = np.maximum.accumulate(np.where(is_peak, bins, np.int32(-far)), axis=1)
    right = np.minimum.accumulate(np.where(is_peak, bins, np.int32(2 * far))[:, ::-1], axis=1)[:, ::-1]
    near = np.where(bins - left <= right - bins, left, right)
    return np.where((near < 0) | (near >= far), bins, near)


def _direction(values: Spectra) -> Spectra:
    """Values of magnitude 1; 1 for those that have hardly any."""
    magnitude = np.abs(values)
    directions: Spectra = np.where(magnitude > 0, values / np.maximum(magnitude, np.float32(1e-30)), np.complex64(1))
    return directions
