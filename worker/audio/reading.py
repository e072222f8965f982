"""Any local audio or video file to blocks of stereo samples. Only files: nothing in a file leads anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from worker.audio.pictures import kind_of_picture
from worker.audio.sound import SAMPLE_RATE, to_stereo_44k

# Containers of music and of videos people have. Left out, most of all: playlists (hls, dash, concat, imf), which make
# FFmpeg open what they name, headerless formats, which "fit" any bytes, pictures and subtitles.
CONTAINERS = (
    "3dostr,aa,aac,ac3,ac4,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,matroska,mov,mp3,mpc,mpc8,"
    "mpeg,mpegts,oga,ogg,oma,rm,tak,truehd,tta,voc,w64,wav,webm,wv,xwma"
)
# Formats that write down how long they are; the others' claim is a guess from bit rates.
COUNTED = frozenset({"aiff", "ape", "asf", "caf", "flac", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "tak", "tta",
                     "w64", "wav", "wv"})  # fmt: skip
TAIL = 4096  # samples: more than any codec's frame at any rate we meet
SHORT_BY = 0.5  # seconds that may be missing before we call a file cut short
GIVE_UP = 100  # demuxing errors in a row, without a packet between them


class Song:
    """An open file; `open_song` makes it.

    `seconds` is the container's claim. `cover` is an attached JPEG or PNG as it is. `cut_short` and `skipped` (broken
    packets) are known when the blocks have ended.
    """

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container = container
        self._stream = stream
        self.seconds = _claim(container, stream)
        self.title = _tag("title", container, stream)
        self.artist = _tag("artist", container, stream) or _tag("album_artist", container, stream)
        self.cover: bytes | None = None
        self.skipped = 0
        self.cut_short = False
        self._failed_last = False
        self._is_counted = container.format.name in COUNTED or "encoder" in stream.metadata  # an MP3 with LAME's header
        self._blocks = self._read()
        # What is no audio shows when decoding starts: find out before anyone counts on this song.
        self._first = next(self._blocks, None)
        if self._first is None:
            raise failed(
                Reason.NOT_AUDIO if self.skipped else Reason.EMPTY, f"{self.skipped} broken packets, no sample"
            )

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The song, once: blocks of (samples, 2) float32 at 44.1 kHz, of at most a few hundred thousand samples.

        Broken packets are left out and counted in `skipped`.
        """
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._blocks

    def _read(self) -> Iterator[NDArray[np.float32]]:
        samples = 0
        held: NDArray[np.float32] | None = None  # the last block may have to be trimmed
        for block in to_stereo_44k(self._decode()):
            samples += len(block)
            if held is None or len(block) >= TAIL:
                if held is not None:
                    yield held
                held = block
            else:
                held = np.concatenate([held, block])
        if held is not None:
            surplus = self._padding(samples)
            samples -= surplus
            yield held[: len(held) - surplus]
        missing = (self.seconds or 0.0) - samples / SAMPLE_RATE
        self.cut_short |= self._failed_last or (self._is_counted and missing > SHORT_BY)

    def _padding(self, samples: int) -> int:
        """How many of `samples` only fill the last frame of an MP4, whose end the edit list says exactly.

        FFmpeg trims the start by itself in every format, and the end in all others.
        """
        claim = self._stream.duration
        if not self._container.format.name.startswith("mov") or claim is None or self._stream.time_base is None:
            return 0
        surplus = samples - round(claim * self._stream.time_base * SAMPLE_RATE)
        frame = self._stream.codec_context.frame_size * SAMPLE_RATE / self._stream.codec_context.sample_rate
        return surplus if 0 < surplus < min(frame, samples) else 0

    def _decode(self) -> Iterator[AudioFrame]:
        for packet in self._demux():
            try:
                frames = self._stream.codec_context.decode(packet)
            except av.FFmpegError:
                self.skipped += 1
                self._failed_last = True
                continue
            for frame in frames:
                if frame.samples:
                    self._failed_last = False
                    yield frame

    def _demux(self) -> Iterator["Packet[Stream] | None"]:
        """The audio stream's packets, then None to flush the decoder; covers are put aside on the way."""
        wanted: list[Stream] = [self._stream, *_pictures(self._container)]
        errors = 0
        while errors < GIVE_UP:
            try:
                for packet in self._container.demux(wanted):
                    errors = 0
                    if packet.stream_index == self._stream.index and packet.size:
                        yield packet
                    elif packet.size and self.cover is None and kind_of_picture(bytes(packet)):
                        self.cover = bytes(packet)
                break
            except av.FFmpegError:
                # The container itself is broken here; it may go on behind the damage.
                errors += 1
                self.skipped += 1
                self._failed_last = True
        yield None


@contextmanager
def open_song(path: Path) -> Iterator[Song]:
    """The audio of `path`: its best, or default, audio stream.

    Raises `Failed`: EMPTY for a file of no bytes or samples, NO_SOUND for a video without an audio stream, NOT_AUDIO
    for everything else that holds no audio we can decode; `OSError` when the file can not be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file")
    if not path.stat().st_size:
        raise failed(Reason.EMPTY, "a file of 0 bytes")
    with _open(path) as container:
        song = Song(container, _best_stream(container))
        song.cut_short = _promises_more(path)
        yield song


def _open(path: Path) -> InputContainer:
    try:
        return av.open(
            f"file:{path.absolute()}",
            "r",
            container_options={
                "protocol_whitelist": "file",
                "format_whitelist": CONTAINERS,
                # Probing decodes a little of every stream: never pictures or subtitles.
                "codec_whitelist": _audio_decoders(),
            },
            metadata_errors="replace",
        )
    except MemoryError:
        raise
    except av.FFmpegError as error:
        raise failed(Reason.NOT_AUDIO, repr(error)) from None


@cache
def _audio_decoders() -> str:
    return ",".join(sorted(name for name in av.codecs_available if _decodes_audio(name)))


def _decodes_audio(name: str) -> bool:
    try:
        return av.Codec(name, "r").type == "audio"
    except ValueError:  # it only encodes
        return False


def _best_stream(container: InputContainer) -> AudioStream:
    best = container.streams.best("audio")
    candidates = [best, *container.streams.audio]
    for stream in candidates:
        if isinstance(stream, AudioStream) and stream.codec_context is not None:
            _ignore_others(container, stream)
            return stream
    if container.streams.audio:
        raise failed(Reason.NOT_AUDIO, "no decoder for its audio")
    if len(container.streams.video) > len(_pictures(container)):
        raise failed(Reason.NO_SOUND, container.format.name)
    raise failed(Reason.NOT_AUDIO, f"{container.format.name} without audio")


def _ignore_others(container: InputContainer, stream: AudioStream) -> None:
    """Let the demuxer skip over what is neither `stream` nor a cover: most of a video file."""
    for other in container.streams:
        if other.index != stream.index and Disposition.attached_pic not in other.disposition:
            other.discard = Discard.all


def _pictures(container: InputContainer) -> list[Stream]:
    return [stream for stream in container.streams.video if Disposition.attached_pic in stream.disposition]


def _claim(container: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None else None


def _tag(name: str, container: InputContainer, stream: AudioStream) -> str | None:
    """A tag of the file or of its stream (where Ogg has them), whatever the case of its name."""
    for tags in (container.metadata, stream.metadata):
        for key, value in tags.items():
            if key.lower() == name and value.strip():
                return value.strip()
    return None


def _promises_more(path: Path) -> bool:
    """Whether a WAV says that it is longer than its file. FFmpeg takes what is there and says nothing."""
    with path.open("rb") as file:
        header = file.read(12)
    promised = int.from_bytes(header[4:8], "little") + 8
    # All ones is what writers put who did not know the length.
    return header[:4] == b"RIFF" and header[8:] == b"WAVE" and path.stat().st_size < promised < 0xFFFFFFFF
