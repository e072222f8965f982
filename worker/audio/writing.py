"""Encodes blocks of stereo samples to a file with tags and cover."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import av
import flbt_unet
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition
from numpy.typing import NDArray

from jobs.models import Format
from jobs.music.levels import decibels
from jobs.results import FileTags, Tags
from worker.audio.id3 import append_id3
from worker.audio.lame import Lame
from worker.audio.mp4_boxes import room_for_key, write_key
from worker.audio.pictures import Picture, read_picture
from worker.audio.sound import SAMPLE_RATE

CHUNK = 1 << 16  # samples per frame for the encoder: enough to make Python's share of the work small


class Encoding(NamedTuple):
    """How one format is encoded, by FFmpeg's names."""

    container: str
    codec: str
    sample_format: str
    codec_options: dict[str, str]
    container_options: dict[str, str]
    carries_cover: bool = True


# Measured on 4 minutes of busy stereo, one core of a Zen 4 (CPU seconds, SNR where hearing is keenest, 0.5 to 2 kHz):
#   FLAC  16 bits 0.6 s and 23 MB, 24 bits 0.6 s and 44 MB; levels 0 to 5 cost the same, 8 twice as much for 0.2 %.
#   MP3   320 kbit/s: see `worker/audio/lame.py`.
#   M4A   320 kbit/s: FFmpeg's twoloop 22.7 s and 19 dB, fast 6.0 s and 25 dB (whole band). The joint-stereo
#         tools stay off: fast takes M/S where it costs 20 dB (7 dB left of a loud tone on both sides).
# FLAC and WAV keep 24 bits: a stem at -50 dBFS is 51 dB above the rounding noise of 16 bits and 99 dB above that of 24,
# and stems have to agree with the reference at 90 dB, are stored to be mixed and encoded again, and go into DAWs.
ENCODINGS = {
    Format.FLAC: Encoding("flac", "flac", "s32", {"compression_level": "5"}, {}),
    Format.WAV: Encoding("wav", "pcm_s24le", "s32", {}, {}, carries_cover=False),
    Format.WAV32: Encoding("wav", "pcm_f32le", "flt", {}, {}, carries_cover=False),
    # Old players and Windows read ID3 2.3. The LAME header, which is on by default, makes lengths exact.
    Format.MP3: Encoding("mp3", "libmp3lame", "fltp", {}, {"id3v2_version": "3"}),
    # The edit list counts in the movie's time scale, milliseconds by default; with samples the length is exact.
    Format.M4A: Encoding(
        "mp4",
        "aac",
        "fltp",
        {"aac_coder": "fast", "aac_ms": "0", "aac_is": "0", "aac_pns": "0"},
        {"movflags": "faststart", "brand": "M4A ", "movie_timescale": str(SAMPLE_RATE)},
    ),
}


class Track:
    """An encoded file that is being written; `open_track` makes it. Not thread-safe; tracks are independent."""

    def __init__(self, container: OutputContainer, encoder: "FFmpegEncoder | Lame") -> None:
        self._container = container
        self._encoder = encoder
        self.samples = 0  # written so far, per channel

    def write(self, block: NDArray[np.float32]) -> None:
        """Appends `block`: (samples, 2) float32, any length. Values beyond full scale are clipped, but in WAV32.

        Raises `OSError` (ENOSPC on a full disk). Encoding runs outside the GIL.
        """
        for start in range(0, len(block), CHUNK):
            piece = block[start : start + CHUNK]
            self._container.mux(self._encoder.encode(piece))
            self.samples += len(piece)

    def finish(self) -> None:
        """Flushes the encoder."""
        self._container.mux(self._encoder.finish(self.samples))


class FFmpegEncoder:
    """One of FFmpeg's own encoders."""

    def __init__(self, stream: AudioStream) -> None:
        self._stream = stream
        self._samples = 0

    def encode(self, piece: NDArray[np.float32]) -> "list[Packet[AudioStream]]":
        if self._stream.format.name == "s32":
            frame = av.AudioFrame(format="s32", layout="stereo", samples=len(piece))
            values = np.frombuffer(frame.planes[0], np.int32, piece.size)  # type: ignore[call-overload]  # sound.py
            flbt_unet.to_24_bits(piece, values)  # clips too
        elif self._stream.format.name == "flt":
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece, np.float32).reshape(1, -1), format="flt", layout="stereo"
            )
        else:
            clipped = np.clip(piece.T, -1, 1, order="C")
            frame = av.AudioFrame.from_ndarray(clipped, format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = self._samples
        self._samples += len(piece)
        return self._stream.encode(frame)

    def finish(self, _samples: int) -> "list[Packet[AudioStream]]":
        return self._stream.encode(None)


@contextmanager
def open_track(
    path: Path, format_: Format, tags: Tags, cover: Path | None = None, kbps: int = 320, gain: float = 1.0
) -> Iterator[Track]:
    """A `Track` that becomes the file `path` when the block ends, and is removed when it ends by an exception.

    Until then the track has another name in the same folder, so that a kill leaves no file that looks finished.
    `cover` is a JPEG or PNG, left out where the format has no place for it or it can not be read. `kbps` is the
    bit rate of MP3, constant, and of M4A. `gain`, already applied to the samples, is written into the file's comment.
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
            write_tags(container, {**texts_of(tags, encoding.container), "comment": comment(gain)})
            track = _start(container, encoding, picture, kbps)
            yield track
            track.finish()
        finish_tags(unfinished, tags, encoding.container)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def comment(gain: float) -> str:
    """A file's comment about its gain against the source; empty for a gain of 1."""
    turned = decibels(gain)
    return f"Gain {turned:+.3f} dB, so that nothing clips" if turned else ""


#: Names of the tags for tempo and key. FFmpeg writes neither into a WAV, and no key into an MP4: `finish_tags` does.
TEMPO_AND_KEY: Final = {
    "mp3": ("TBPM", "TKEY"),
    "flac": ("BPM", "INITIALKEY"),
    "mp4": ("tmpo", "grouping"),
    "wav": ("TBPM", "TKEY"),
}


def texts_of(tags: Tags, container: str) -> dict[str, str]:
    """The tags by FFmpeg's names."""
    texts = {"title": tags.title, "artist": tags.artist}
    if isinstance(tags, FileTags):
        texts["album"] = tags.album
        texts["track"] = f"{tags.number}/{tags.of}" if tags.number else ""
        texts |= tempo_and_key(tags, container)
    return texts


def tempo_and_key(tags: Tags, container: str) -> dict[str, str]:
    """Tempo and key by FFmpeg's names, those that are known."""
    if not isinstance(tags, FileTags):
        return {}
    tempo, key = TEMPO_AND_KEY[container]
    texts = {tempo: str(tags.bpm or ""), key: room_for_key(tags.key) if container == "mp4" else tags.key}
    return {name: text for name, text in texts.items() if text}


def finish_tags(path: Path, tags: Tags, container: str) -> None:
    """Writes tempo and key into a whole file where FFmpeg could not: `path` was written with `texts_of` the tags."""
    if not isinstance(tags, FileTags):
        return
    if container == "mp4" and tags.key:
        write_key(path, tags.key)
    if container == "wav" and tempo_and_key(tags, container):
        append_id3(path, texts_of(tags, container))


def write_tags(container: OutputContainer, texts: Mapping[str, str]) -> None:
    """Sets the tags of a container before its header is written; empty ones are left out."""
    for name, text in texts.items():
        if text:
            container.metadata[name] = (
                text.replace("\0", "").encode(errors="replace").decode()
            )  # FFmpeg's strings are UTF-8 without zeros


def _start(container: OutputContainer, encoding: Encoding, picture: Picture | None, kbps: int) -> Track:
    stream = container.add_stream(encoding.codec, rate=SAMPLE_RATE, options=encoding.codec_options)
    assert isinstance(stream, AudioStream)
    stream.layout = "stereo"
    stream.format = encoding.sample_format
    # One thread per encoder: tracks are encoded in parallel, and the network uses the other cores.
    stream.codec_context.thread_count = 1
    if encoding.sample_format == "fltp":
        stream.bit_rate = kbps * 1000
    if picture is None:
        container.start_encoding()
    else:
        attach_picture(container, picture)
    encoder = Lame(stream, kbps) if encoding.codec == "libmp3lame" else FFmpegEncoder(stream)
    return Track(container, encoder)


def attach_picture(container: OutputContainer, picture: Picture) -> None:
    """Writes `picture` as the cover: one packet of a stream that is marked as an attached picture."""
    stream = container.add_mux_stream(picture.codec, width=picture.width, height=picture.height)
    stream.disposition = Disposition.attached_pic
    container.start_encoding()
    packet = av.Packet(picture.content)
    packet.stream = stream
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = 0
    packet.is_keyframe = True
    container.mux(packet)
