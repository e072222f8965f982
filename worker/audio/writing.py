"""Blocks of stereo samples to an encoded file with tags and cover."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from jobs.models import Format, Tags
from worker.audio.pictures import Picture, read_picture

SAMPLE_RATE = 44100
CHUNK = 1 << 16  # samples per frame handed to the encoder: enough to make Python's share of the work small
AAC_KBPS = 256  # FFmpeg's own AAC encoder gains nothing above this


class Encoding(NamedTuple):
    """How one format is written: FFmpeg's names."""

    container: str
    codec: str
    sample_format: str
    codec_options: dict[str, str]
    container_options: dict[str, str]
    carries_cover: bool = True


# FLAC and WAV keep 24 bits: a stem at -50 dBFS rounded to 16 bits is 50 dB above its own rounding noise, far from the
# 90 dB at which we agree with the reference; at 24 bits it is 98 dB. Stored stems are mixed and encoded again, too.
ENCODINGS = {
    Format.FLAC: Encoding("flac", "flac", "s32", {"compression_level": "5"}, {}),
    Format.WAV: Encoding("wav", "pcm_s24le", "s32", {}, {}, carries_cover=False),
    # ID3 2.3 is what old players and Windows read; the Xing header makes lengths exact.
    Format.MP3: Encoding("mp3", "libmp3lame", "fltp", {"compression_level": "5"}, {"id3v2_version": "3"}),
    # The edit list counts in the movie's time scale, milliseconds by default: samples make the length exact.
    Format.M4A: Encoding(
        "mp4", "aac", "fltp", {}, {"movflags": "faststart", "brand": "M4A ", "movie_timescale": str(SAMPLE_RATE)}
    ),
}


class Track:
    """An encoded file in the making; `open_track` makes it. Not for two threads at once; many at once are fine."""

    def __init__(self, container: OutputContainer, stream: AudioStream) -> None:
        self._container = container
        self._stream = stream
        self.samples = 0  # written so far, per channel

    def write(self, block: NDArray[np.float32]) -> None:
        """Append `block`: (samples, 2) float32, any length. Values beyond full scale are clipped.

        Raises `OSError` (ENOSPC on a full disk). Encoding runs outside the GIL.
        """
        for start in range(0, len(block), CHUNK):
            piece = np.clip(block[start : start + CHUNK], -1.0, 1.0)
            if self._stream.format.name == "s32":
                frame = av.AudioFrame.from_ndarray(_to_24_bits(piece), format="s32", layout="stereo")
            else:
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece.T), format="fltp", layout="stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.time_base = Fraction(1, SAMPLE_RATE)
            frame.pts = self.samples
            self._container.mux(self._stream.encode(frame))
            self.samples += len(piece)


@contextmanager
def open_track(path: Path, format_: Format, tags: Tags, cover: Path | None = None, kbps: int = 320) -> Iterator[Track]:
    """A `Track` that becomes the file `path` when the block ends, and nothing at all when it ends by an exception.

    Until then it is written under another name beside it, so that a kill leaves no file that looks finished.
    `cover` is a JPEG or PNG, left out where the format has no place for it or it can not be read. `kbps` is the
    constant bit rate of MP3 and, up to 256, of M4A.
    """
    unfinished = path.with_name(path.name + ".part")
    encoding = ENCODINGS[format_]
    picture = read_picture(cover) if cover is not None and encoding.carries_cover else None
    try:
        with av.open(
            f"file:{unfinished.absolute()}",
            "w",
            format=encoding.container,
            container_options=encoding.container_options,
        ) as container:
            yield _start(container, encoding, tags, picture, min(kbps, AAC_KBPS) if format_ is Format.M4A else kbps)
            container.mux(_audio_of(container).encode(None))
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _start(container: OutputContainer, encoding: Encoding, tags: Tags, picture: Picture | None, kbps: int) -> Track:
    container.metadata.update({"title": tags.title} | ({"artist": tags.artist} if tags.artist else {}))
    stream = container.add_stream(encoding.codec, rate=SAMPLE_RATE, options=encoding.codec_options)
    assert isinstance(stream, AudioStream)
    stream.layout = "stereo"
    stream.format = encoding.sample_format
    # One thread per encoder: several tracks are encoded side by side, and the network wants the rest.
    stream.codec_context.thread_count = 1
    if encoding.sample_format == "fltp":
        stream.bit_rate = kbps * 1000
    if picture is None:
        container.start_encoding()
    else:
        _attach(container, picture)
    return Track(container, stream)


def _attach(container: OutputContainer, picture: Picture) -> None:
    """Write `picture` as the cover: one packet of a stream that is marked as an attached picture."""
    stream = container.add_mux_stream(picture.codec, width=picture.width, height=picture.height)
    stream.disposition = Disposition.attached_pic
    container.start_encoding()
    packet = av.Packet(picture.content)
    packet.stream = stream
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = 0
    packet.is_keyframe = True
    container.mux(packet)


def _audio_of(container: OutputContainer) -> AudioStream:
    return container.streams.audio[0]


def _to_24_bits(piece: NDArray[np.float32]) -> NDArray[np.int32]:
    """(samples, 2) in -1 to 1, to (1, samples * 2) interleaved, rounded to 24 bits in the upper part of 32."""
    scaled = np.rint(piece * np.float32(1 << 23))
    samples: NDArray[np.int32] = np.minimum(scaled, (1 << 23) - 1).astype(np.int32) << 8
    return samples.reshape(1, -1)
