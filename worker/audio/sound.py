"""Converts decoded frames of any shape to 44.1 kHz stereo float32."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import av
import flbt_unet
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.plane import AudioPlane
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from worker.audio.level import DECODED, Level
from worker.audio.speakers import downmix

SAMPLE_RATE = 44100
BLOCK = 1 << 18  # values (samples x channels) gathered before they are converted

# FFmpeg's sample formats: type, full scale, and the value of silence.
_FORMATS: dict[str, tuple[type[np.generic], float, float]] = {
    "u8": (np.uint8, 1 << 7, 1 << 7),
    "s16": (np.int16, 1 << 15, 0),
    "s32": (np.int32, 1 << 31, 0),
    "s64": (np.int64, 1 << 63, 0),
    "flt": (np.float32, 1, 0),
    "dbl": (np.float64, 1, 0),
}
_FLOATS = (np.float32, np.float64)

Planes = NDArray[np.float32]  # (channels, samples)


class Shape(NamedTuple):
    """What frames must share to be joined."""

    rate: int  # Hz
    layout: str  # FFmpeg's name, from which it knows the places of channels
    channels: int
    sample_format: str


def to_stereo_44k(
    frames: Iterable[AudioFrame], level: Level = DECODED, on_muted: Callable[[int], None] = lambda _: None
) -> Iterator[NDArray[np.float32]]:
    """(samples, 2) blocks of all `frames`, in order.

    Mono is both channels at full amplitude, as Spleeter has it; `downmix` makes two of more channels. At 44.1 kHz
    samples out are samples in. Changes of rate or layout, as recorded streams have, are followed. Samples that are NaN,
    infinite, or louder than `level` allows become 0; `on_muted` gets the samples of frames muted whole. Memory is that
    of one block, at any length.
    """
    converter: _Converter | None = None
    for shape, planes in _batches(frames, level, on_muted):
        if converter is None or converter.shape != shape:
            if converter is not None:
                yield from converter.flush()
            converter = _Converter(shape)
        yield from converter.convert(planes)
    if converter is not None:
        yield from converter.flush()


class _Converter:
    """Converts planes of one shape to stereo blocks, with FFmpeg's resampler only for other rates than 44.1 kHz."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._mix = downmix([channel.name for channel in av.AudioLayout(shape.layout).channels])
        # A mix that is equal on both sides stays one channel until the end, and is resampled once.
        self._is_mono = np.array_equal(self._mix[0], self._mix[1])
        if self._is_mono:
            self._mix = self._mix[:1]
        self._is_mixed = self._mix.shape != (shape.channels, shape.channels)
        self._layout = "mono" if self._is_mono else "stereo"
        self._resampler = None
        if shape.rate != SAMPLE_RATE:
            self._resampler = AudioResampler(format="fltp", layout=self._layout, rate=SAMPLE_RATE)

    def convert(self, planes: Planes) -> Iterator[NDArray[np.float32]]:
        if self._is_mixed:
            planes = self._mix @ planes
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


def raw_planes(frames: Iterable[AudioFrame]) -> Iterator[Planes]:
    """The samples of `frames`, (channels, samples) with full scale at 1, without muting or resampling."""
    for _, planes in _batches(frames, None, lambda _: None):
        yield planes


def _batches(
    frames: Iterable[AudioFrame], level: Level | None, on_muted: Callable[[int], None]
) -> Iterator[tuple[Shape, Planes]]:
    """Planes of about `BLOCK` values; one batch has one shape."""
    shape: Shape | None = None
    gathered: list[AudioFrame] = []
    size = 0

    def batch(of: Shape) -> tuple[Shape, Planes]:
        planes = _join(gathered, of)
        if level is not None and _FORMATS[of.sample_format.removesuffix("p")][0] in _FLOATS:
            _doubt(planes, level, [frame.samples for frame in gathered], on_muted)
        return of, planes

    for frame in frames:
        next_shape = Shape(frame.sample_rate, frame.layout.name, frame.layout.nb_channels, frame.format.name)
        if shape is not None and gathered and (size >= BLOCK or next_shape != shape):
            yield batch(shape)
            gathered, size = [], 0
        shape = next_shape
        gathered.append(frame)
        size += frame.samples * shape.channels
    if shape is not None and gathered:
        yield batch(shape)


def _doubt(planes: Planes, level: Level, frames: list[int], on_muted: Callable[[int], None]) -> None:
    """Scales the planes of `frames` (samples of each) to their level, and mutes samples that cannot be sound."""
    if level.scale != 1:
        planes *= np.float32(level.scale)
    is_sound = np.abs(planes) <= level.loudest  # false for NaN
    if is_sound.all():
        return
    if not level.by_frame:
        planes[~is_sound] = 0
        return
    start = 0
    for samples in frames:
        if not is_sound[:, start : start + samples].all():
            planes[:, start : start + samples] = 0
            on_muted(samples)
        start += samples


def _join(frames: list[AudioFrame], shape: Shape) -> Planes:
    """The samples of `frames` with full scale at 1."""
    scalar, scale, silence = _FORMATS[shape.sample_format.removesuffix("p")]
    dtype = np.dtype(scalar)
    size = sum(frame.samples for frame in frames)
    is_planar = shape.sample_format.endswith("p")
    # Packed samples stay packed: their planes are views.
    joined = np.empty((shape.channels, size), dtype) if is_planar else np.empty((size, shape.channels), dtype).T
    start = 0
    for frame in frames:
        end = start + frame.samples
        if is_planar:
            for channel in range(shape.channels):  # `frame.planes` reads beyond the last plane where there are many
                joined[channel, start:end] = _values(AudioPlane(frame, channel), dtype, frame.samples)
        else:
            packed = _values(frame.planes[0], dtype, frame.samples * shape.channels)
            joined[:, start:end] = packed.reshape(-1, shape.channels).T
        start = end
    with np.errstate(over="ignore"):  # a double may exceed float32
        planes: Planes = joined.astype(np.float32, copy=False)
    if silence:
        planes -= np.float32(silence)
    if scale != 1:
        planes *= np.float32(1 / scale)
    return planes


def _values(plane: AudioPlane, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    # Planes have padding after their samples.
    return np.frombuffer(plane, dtype, count)  # type: ignore[call-overload,no-any-return]  # no buffer type before 3.12


def _stereo(planes: Planes) -> NDArray[np.float32]:
    """(samples, 2) of one or two channels."""
    if len(planes) == 2:
        return planes.T if planes.T.flags.c_contiguous else flbt_unet.interleaved(planes)
    block = np.empty((planes.shape[1], 2), np.float32)
    block[:] = planes.T  # to both sides
    return block
