"""A stem as MP3 frames that a browser decodes in slices, and its waveform."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import flbt_unet
import lameenc
import numpy as np
from numpy.typing import NDArray

from jobs.models import Stem
from worker.audio.lame import FRAME
from worker.audio.sound import SAMPLE_RATE
from worker.rendering.drawing import Waveforms, in_columns
from worker.rendering.mixing import sum_of

SLICE_FRAMES: Final = 192  # 5 seconds: all stems of three slices are 16 MB each in the browser's memory
COLUMNS: Final = 1200  # of a waveform; more than a phone has pixels

#: A frame's sound may begin up to 511 bytes before it (ISO 11172-3, main_data_begin). Header and side information take
#: 36 bytes of a frame.
_RESERVOIR: Final = 511
_HEAD: Final = 36
_SETTLING: Final = 2  # frames until overlap and filters of a decoder have their state
_AFTER: Final = 2  # the decoder's delay, and what the page compares with the next slice


class Coded(NamedTuple):
    """A stem as MP3 of constant rate. `frames`: the place of each frame in the file, and the file's end. `waveform`:
    (COLUMNS,) float32, the largest magnitudes.
    """

    path: Path
    frames: NDArray[np.int64]
    waveform: NDArray[np.float32]
    samples: int

    def slice(self, number: int, lead: int) -> bytes:
        """The frames of a slice, with `lead` frames before it."""
        first, end = max(0, number * SLICE_FRAMES - lead), (number + 1) * SLICE_FRAMES + _AFTER
        start, stop = (int(self.frames[min(frame, len(self.frames) - 1)]) for frame in (first, end))
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)


def lead_of(kbps: int) -> int:
    """Frames in front of a slice, so that its first frame decodes as in the whole song."""
    return _SETTLING + -(-_RESERVOIR // (frame_bytes(kbps) - _HEAD))


def frame_bytes(kbps: int) -> int:
    """The size of a frame without padding."""
    return 144_000 * kbps // SAMPLE_RATE


def code(stem: Stem, source: Path, path: Path, kbps: int, tell: Callable[[float], None]) -> Coded:
    """Encodes a stored stem to `path`. `tell` takes the fraction that is done. Raises as `sum_of`."""
    encoder = lameenc.Encoder()
    encoder.set_channels(2)
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_out_sample_rate(SAMPLE_RATE)
    encoder.set_bit_rate(kbps)
    encoder.set_quality(7)
    encoder.silence()
    waveform = Waveforms([stem])
    with path.open("wb") as file:
        places = _Places(kbps)
        for fraction, block in sum_of([source]):
            waveform.add([block])
            coded = bytes(encoder.encode(flbt_unet.to_16_bits(np.ascontiguousarray(block))))
            places.add(coded)
            file.write(coded)
            tell(fraction)
        coded = bytes(encoder.flush())
        places.add(coded)
        file.write(coded)
    (envelope,) = waveform.envelopes()
    return Coded(path, places.all(), in_columns(envelope, COLUMNS), waveform.samples)


def slices(samples: int) -> int:
    """The slices of a song."""
    return max(1, -(-samples // (SLICE_FRAMES * FRAME)))


class _Places:
    """The places of frames in MP3 of constant rate that comes in pieces."""

    def __init__(self, kbps: int) -> None:
        self._size = frame_bytes(kbps)
        self._places: list[int] = []
        self._next = 0  # where the next frame begins
        self._at = 0  # where `_rest` begins
        self._rest = b""

    def add(self, coded: bytes) -> None:
        self._rest += coded
        self._places += self._whole()
        self._rest = self._rest[self._next - self._at :]
        self._at = self._next

    def _whole(self) -> Iterator[int]:
        while (here := self._next - self._at) + 3 <= len(self._rest):
            size = self._size + (self._rest[here + 2] >> 1 & 1)
            if self._rest[here] != 0xFF:
                raise ValueError("LAME wrote something other than frames of constant rate")
            if here + size > len(self._rest):
                return
            yield self._next
            self._next += size

    def all(self) -> NDArray[np.int64]:
        return np.array([*self._places, self._next], np.int64)
