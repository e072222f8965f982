"""Decoded frames of any shape to the one we work on: 44.1 kHz, stereo, float32."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.plane import AudioPlane
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

SAMPLE_RATE = 44100
BLOCK = 1 << 18  # values (samples x channels) gathered before they are converted
#: No sound is 120 dB over full scale: such floats are broken, like NaN, and would poison a song.
LOUDEST = float(1 << 20)

# FFmpeg's sample formats: type, full scale, and what silence reads as.
_FORMATS: dict[str, tuple[type[np.generic], float, float]] = {
    "u8": (np.uint8, 1 << 7, 1 << 7),
    "s16": (np.int16, 1 << 15, 0),
    "s32": (np.int32, 1 << 31, 0),
    "s64": (np.int64, 1 << 63, 0),
    "flt": (np.float32, 1, 0),
    "dbl": (np.float64, 1, 0),
}
_SPEAKERS = {3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}  # where a file only counts its channels

Planes = NDArray[np.float32]  # (channels, samples)


class Shape(NamedTuple):
    """What frames must share to be joined."""

    rate: int  # Hz
    layout: str  # FFmpeg's name
    channels: int
    sample_format: str


def to_stereo_44k(frames: Iterable[AudioFrame]) -> Iterator[NDArray[np.float32]]:
    """(samples, 2) blocks of all `frames`, in order.

    Mono is both channels at full amplitude, as Spleeter has it; surround is FFmpeg's downmix. At 44.1 kHz samples out
    are samples in. A change of rate or layout on the way, as recorded streams have, is followed. Samples that are no
    number, or no sound, become 0. Memory is that of one block, whatever the length.
    """
    converter: _Converter | None = None
    for shape, planes in _batches(frames):
        if converter is None or converter.shape != shape:
            if converter is not None:
                yield from converter.flush()
            converter = _Converter(shape)
        yield from converter.convert(planes)
    if converter is not None:
        yield from converter.flush()


class _Converter:
    """Planes of one shape to stereo blocks, through FFmpeg's resampler only where there is something to resample."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        # Mono stays mono until the end: FFmpeg would take 3 dB off each side. Two channels are left and right
        # whatever they are called. Channels without places we know are mixed to one.
        named = {1: "mono", 2: "stereo"}.get(shape.channels, shape.layout)
        guessed = _SPEAKERS.get(shape.channels, "mono") if named.endswith(" channels") else named
        self._layout = guessed if guessed in ("mono", "stereo") or _mixes_down(guessed) else "mono"
        target = "mono" if self._layout == "mono" else "stereo"
        self._resampler = None
        if shape.rate != SAMPLE_RATE or self._layout != target:
            self._resampler = AudioResampler(format="fltp", layout=target, rate=SAMPLE_RATE)

    def convert(self, planes: Planes) -> Iterator[NDArray[np.float32]]:
        if self._layout == "mono" and len(planes) > 1:
            planes = planes.mean(axis=0, keepdims=True)
        if self._resampler is None:
            yield _stereo(planes)
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format="fltp", layout=self._layout)
        frame.sample_rate = self.shape.rate
        yield from self._resampled(frame)

    def flush(self) -> Iterator[NDArray[np.float32]]:
        if self._resampler is not None:
            yield from self._resampled(None)

    def _resampled(self, frame: AudioFrame | None) -> Iterator[NDArray[np.float32]]:
        assert self._resampler is not None
        for out in self._resampler.resample(frame):
            if out.samples:
                yield _stereo(out.to_ndarray().astype(np.float32, copy=False))


def _mixes_down(layout: str) -> bool:
    """Whether FFmpeg knows where the channels of `layout` belong: not those of ambisonics or odd sets of speakers."""
    try:
        channels = av.AudioLayout(layout).nb_channels
        silence = av.AudioFrame.from_ndarray(np.zeros((channels, 64), np.float32), format="fltp", layout=layout)
        silence.sample_rate = SAMPLE_RATE
        return bool(AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE).resample(silence))
    except (av.FFmpegError, ValueError):
        return False


def _batches(frames: Iterable[AudioFrame]) -> Iterator[tuple[Shape, Planes]]:
    """Planes of about `BLOCK` values; one batch has one shape."""
    shape: Shape | None = None
    gathered: list[AudioFrame] = []
    size = 0
    for frame in frames:
        next_shape = Shape(frame.sample_rate, frame.layout.name, frame.layout.nb_channels, frame.format.name)
        if shape is not None and gathered and (size >= BLOCK or next_shape != shape):
            yield shape, _join(gathered, shape)
            gathered, size = [], 0
        shape = next_shape
        gathered.append(frame)
        size += frame.samples * shape.channels
    if shape is not None and gathered:
        yield shape, _join(gathered, shape)


def _join(frames: list[AudioFrame], shape: Shape) -> Planes:
    """The samples of `frames` with full scale at 1, without anything that is not a sound."""
    scalar, scale, silence = _FORMATS[shape.sample_format.removesuffix("p")]
    dtype = np.dtype(scalar)
    joined = np.empty((shape.channels, sum(frame.samples for frame in frames)), dtype)
    start = 0
    for frame in frames:
        end = start + frame.samples
        if frame.format.is_planar:
            for channel, plane in enumerate(frame.planes):
                joined[channel, start:end] = _values(plane, dtype, frame.samples)
        else:
            packed = _values(frame.planes[0], dtype, frame.samples * shape.channels)
            joined[:, start:end] = packed.reshape(-1, shape.channels).T
        start = end
    if dtype.kind == "f":
        sound = np.abs(joined) <= LOUDEST  # false for NaN
        if not sound.all():
            joined[~sound] = 0
        return joined.astype(np.float32, copy=False)
    planes: Planes = joined.astype(np.float32)
    if silence:
        planes -= np.float32(silence)
    planes *= np.float32(1 / scale)
    return planes


def _values(plane: AudioPlane, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    # A plane is padded behind its samples.
    return np.frombuffer(plane, dtype, count)  # type: ignore[call-overload,no-any-return]  # no buffer type before 3.12


def _stereo(planes: Planes) -> NDArray[np.float32]:
    """(samples, 2) of one or two channels."""
    block = np.empty((planes.shape[1], 2), np.float32)
    block[:] = planes.T  # one channel goes to both sides
    return block
