"""Any local audio or video file to blocks of stereo samples. Only files: nothing in a file leads anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from worker.audio.opening import attached_pictures, best_audio, open_container
from worker.audio.pictures import picture_of
from worker.audio.sound import SAMPLE_RATE, to_stereo_44k

# Containers that tell their length, or have time stamps to the end; the others' claim is a guess from bit rates.
COUNTED = frozenset(
    {
        "aiff",
        "ape",
        "asf",
        "au",
        "avi",
        "caf",
        "dsf",
        "flac",
        "flv",
        "iff",
        "matroska,webm",
        "mov,mp4,m4a,3gp,3g2,mj2",
        "mpeg",
        "mpegts",
        "ogg",
        "tak",
        "tta",
        "w64",
        "wav",
        "wv",
    }
)
TAIL = 1 << 14  # samples: more than a frame of any codec, even one of 8 kHz
RATES = range(1000, 768_001)  # Hz; beyond that a header is broken, and a resampler for it would fill the memory
SHORT_BY = 0.5  # seconds that may be missing before we call a file cut short
GIVE_UP = 100  # demuxing errors in a row, without a packet between them


class Song:
    """An open file; `open_song` makes it.

    `seconds` is the container's claim, a guess from bit rates unless `is_counted`. `cover` is an attached JPEG or PNG
    as it is. `cut_short` and `skipped` (broken packets) are known when the blocks have ended.
    """

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container = container
        self._stream = stream
        self._pictures = attached_pictures(container)
        self.seconds = _claim(container, stream)
        self.title = _tag("title", container, stream)
        self.artist = _tag("artist", container, stream) or _tag("album_artist", container, stream)
        self.cover: bytes | None = None
        self.skipped = 0
        self.cut_short = False
        self._failed_last = False
        self._last: tuple[Packet[Stream] | None, AudioFrame | None] = (None, None)
        self.is_counted = container.format.name in COUNTED or "encoder" in stream.metadata  # an MP3 with LAME's header
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
            surplus = min(self._padding(), len(held) - 1)
            samples -= surplus
            yield held[: len(held) - surplus]
        self.cut_short |= self._ended_early(samples / SAMPLE_RATE)

    def _ended_early(self, seconds: float) -> bool:
        if not self.is_counted:
            return self._failed_last
        # A container's length may be that of its pictures: it counts for the sound only when there is nothing else.
        is_ours = self._stream.duration is not None or len(self._container.streams) == 1 + len(self._pictures)
        return is_ours and (self.seconds or 0.0) - seconds > SHORT_BY

    def _padding(self) -> int:
        """How many samples only fill the last frame of an MP4, which writes down how much of it is music.

        FFmpeg trims the start by itself in every container, and the end in all others.
        """
        packet, frame = self._last
        if packet is None or frame is None or packet.duration is None or packet.time_base is None:
            return 0
        if not self._container.format.name.startswith("mov"):
            return 0
        surplus = frame.samples / frame.sample_rate - packet.duration * packet.time_base
        return max(0, round(surplus * SAMPLE_RATE)) if packet.duration else 0

    def _decode(self) -> Iterator[AudioFrame]:
        for packet in self._demux():
            try:
                frames = self._stream.codec_context.decode(packet)
            except av.FFmpegError:
                self.skipped += 1
                self._failed_last = True
                continue
            for frame in frames:
                if frame.sample_rate not in RATES:
                    self.skipped += 1
                    self._failed_last = True
                elif frame.samples:
                    self._failed_last = False
                    self._last = packet, frame
                    yield frame

    def _demux(self) -> Iterator["Packet[Stream] | None"]:
        """The audio stream's packets, then None to flush the decoder; covers are put aside on the way."""
        wanted: list[Stream] = [self._stream, *self._pictures]
        errors = 0
        while errors < GIVE_UP:
            try:
                for packet in self._container.demux(wanted):
                    errors = 0
                    if packet.stream_index == self._stream.index and packet.size:
                        yield packet
                    elif packet.size and self.cover is None and picture_of(bytes(packet)):
                        self.cover = bytes(packet)
                break
            except IndexError:
                break  # the end, where PyAV looks for streams that broken files made up on the way
            except av.FFmpegError:
                # The container itself is broken here; it may go on behind the damage.
                self.skipped += not errors
                errors += 1
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
    with open_container(path) as container:
        song = Song(container, best_audio(container))
        song.cut_short = _promises_more(path)
        yield song


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
