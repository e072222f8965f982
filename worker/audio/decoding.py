"""Decodes one audio stream of one open container to blocks of stereo samples, and counts its defects."""

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

from jobs.failures import Failed, Reason, failed
from worker.audio.level import DECODED, Level, level_of
from worker.audio.opening import (
    attached_pictures,
    ignore,
    ignore_others,
    moving_pictures,
    open_container,
    tracks_by_merit,
)
from worker.audio.pictures import COVER_LIMIT, picture_of
from worker.audio.sound import SAMPLE_RATE, raw_planes, to_stereo_44k
from worker.audio.spans import Span

# Containers that state their length, or have time stamps to the end; for others FFmpeg guesses from bit rates.
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
#: Containers whose time stamps say when a sound is heard. In others, time stamps are counted samples.
TIMED = frozenset({"asf", "flv", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "mpeg", "mpegts"})
TAIL = 1 << 14  # samples: more than a frame of any codec, even one of 8 kHz
LOSSLESS = ("pcm_f", "wavpack")  # codecs that may keep floating-point samples as they are
RATES = range(1000, 768_001)  # Hz; beyond it a header is broken, and its resampler would fill the memory
SHORT_BY = 0.5  # seconds that may be missing before a file counts as cut short
GIVE_UP = 100  # demuxing errors in a row, without a packet between them
TAGS = (b"ID3", b"TAG", b"APETAGEX")  # between joined MP3s: no sound is lost with them
GAP = 0.05  # seconds between two frames, or before the first: less is the rounding of time stamps
MOST_TRACKS = 8  # tried in order until one decodes
LONGEST_GAP = 600.0  # seconds: a longer gap is a clock that was reset


class Stretch:
    """The part of a song in one container. All but `seconds` is known when the blocks have ended.

    `seconds` is the container's claim, or None. `skipped` counts broken packets and muted frames. `late` and `gaps` are
    seconds of the container's clock without sound: before the first sample, if there is a picture, and between samples.
    The blocks leave them out.
    """

    def __init__(self, container: InputContainer, stream: AudioStream, level: Level) -> None:
        self._level = level
        self._decoded = self._muted = 0  # samples
        self._container = container
        self._stream = stream
        self._pictures = attached_pictures(container)
        # The first packet of a video tells when the picture begins; it needs no decoding.
        self._videos = moving_pictures(container) if container.format.name in TIMED else []
        ignore_others(container, [stream, *self._pictures, *self._videos])
        self.seconds = _claim(container, stream)
        self.is_counted = container.format.name in COUNTED or _is_counted_by_lame(stream)
        self.cover: bytes | None = None
        self.skipped = 0
        self.cut_short = False
        self.late = 0.0
        self.gaps = 0.0
        self._failed_last = False
        self._begins: float | None = None  # when the first frame begins, by the container's clock
        self._picture_begins: float | None = None
        self._ends: float | None = None  # when the last frame ends
        self._last: tuple[Packet[Stream] | None, AudioFrame | None] = (None, None)
        self._blocks = self._read()
        self._first: NDArray[np.float32] | None = None

    def begin(self) -> None:
        """Decodes the beginning, which reveals files that are no audio.

        Raises `Failed`: NOT_AUDIO where nothing decodes, EMPTY where there is nothing to decode.
        """
        self._first = next(self._blocks, None)
        if self._first is None:
            reason = Reason.NOT_AUDIO if self.skipped else Reason.EMPTY
            raise failed(reason, f"{self.skipped} broken packets, no sample")

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The whole stream, once: blocks of (samples, 2) float32 at 44.1 kHz. Broken packets are left out."""
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._blocks

    def tag(self, name: str) -> str | None:
        """A tag of the file, by its name in any case. Tags of a track are ignored: its title is not the song's."""
        # Ogg keeps the tags of a file in its streams.
        of_file = [self._container.metadata, *([self._stream.metadata] if self._container.format.name == "ogg" else [])]
        for tags in of_file:
            for key, value in tags.items():
                if key.lower() == name and value.strip():
                    return value.strip()
        return None

    def _read(self) -> Iterator[NDArray[np.float32]]:
        samples = 0
        held: NDArray[np.float32] | None = None  # the last block may have to be trimmed
        for block in to_stereo_44k(self.frames(), self._level, self._mute):
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
        if self._muted > self._decoded / 2:
            raise failed(Reason.NOT_AUDIO, "most of it is far over full scale")
        self.cut_short = self._ended_early(samples / SAMPLE_RATE)
        self.late = self._lateness()

    def _mute(self, samples: int) -> None:
        self._muted += samples
        self.skipped += 1

    def _ended_early(self, seconds: float) -> bool:
        if not self.is_counted:
            return self._failed_last
        # A container's length may be that of its pictures: it is the sound's only when there are no other streams.
        is_ours = self._stream.duration is not None or len(self._container.streams) == 1 + len(self._pictures)
        return is_ours and (self.seconds or 0.0) - self.gaps - seconds > SHORT_BY

    def _padding(self) -> int:
        """Samples of padding in the last frame of an MP4, from the packet's duration.

        FFmpeg trims the start in every container, and the end in all others.
        """
        packet, frame = self._last
        if packet is None or frame is None or packet.duration is None or packet.time_base is None:
            return 0
        if not self._container.format.name.startswith("mov"):
            return 0
        surplus = frame.samples / frame.sample_rate - packet.duration * packet.time_base
        return max(0, round(surplus * SAMPLE_RATE)) if packet.duration else 0

    def frames(self) -> Iterator[AudioFrame]:
        """The decoded frames of the whole stream, once, in place of the blocks."""
        for packet in self._demux():
            try:
                frames = self._stream.codec_context.decode(packet)
            except av.FFmpegError:
                if packet is None or not bytes(packet).startswith(TAGS):
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
                    self._decoded += frame.samples
                    self._watch_the_clock(frame)
                    yield frame

    def _watch_the_clock(self, frame: AudioFrame) -> None:
        if self._container.format.name not in TIMED or frame.time is None:
            return
        if self._ends is None:
            self._begins = frame.time
        elif GAP < frame.time - self._ends < LONGEST_GAP:
            self.gaps += frame.time - self._ends
        self._ends = frame.time + frame.samples / frame.sample_rate

    def _lateness(self) -> float:
        if self._begins is None or self._picture_begins is None:
            return 0.0
        late = self._begins - self._picture_begins
        return late if GAP < late < LONGEST_GAP else 0.0

    def _look_at_picture(self, packet: "Packet[Stream]") -> None:
        """Notes when a video begins, from its first packet, and lets the demuxer skip the rest."""
        if packet.pts is not None and packet.time_base is not None:
            begins = float(packet.pts * packet.time_base)
            self._picture_begins = begins if self._picture_begins is None else min(begins, self._picture_begins)
            ignore(packet.stream)

    def _demux(self) -> Iterator["Packet[Stream] | None"]:
        """The audio stream's packets, then None to flush the decoder. Stores a cover found among them."""
        wanted: list[Stream] = [self._stream, *self._pictures, *self._videos]
        errors = 0
        while errors < GIVE_UP:
            try:
                for packet in self._container.demux(wanted):
                    errors = 0
                    if packet.stream_index == self._stream.index and packet.size:
                        yield packet
                    elif any(packet.stream_index == stream.index for stream in self._videos):
                        self._look_at_picture(packet)
                    elif 0 < packet.size <= COVER_LIMIT and self.cover is None and picture_of(bytes(packet)):
                        self.cover = bytes(packet)
                break
            except IndexError:
                break  # the end: PyAV looks up streams that appeared in a broken file
            except av.FFmpegError:
                # The container is broken here; sound may follow the damage.
                self.skipped += not errors
                errors += 1
                self._failed_last = True
        yield None


@contextmanager
def open_stretch(path: Path, span: Span) -> Iterator[Stretch]:
    """The sound in `span` of `path`: the best track that decodes.

    Raises `Failed`: EMPTY, NO_SOUND, NOT_AUDIO.
    """
    why: Failed | None = None
    rank = 0
    while True:
        with open_container(path, span) as container:
            tracks = tracks_by_merit(container)[:MOST_TRACKS]
            if rank == len(tracks):
                break
            stretch = Stretch(container, tracks[rank], _level(path, span, tracks[rank]))
            try:
                stretch.begin()
            except Failed as failure:
                why = why or failure
            else:
                yield stretch
                return
        rank += 1
    assert why is not None
    raise why


def _level(path: Path, span: Span, track: AudioStream) -> Level:
    """The level for this track. A track of floating-point samples is read whole first."""
    codec = track.codec_context
    if not codec.name.startswith(LOSSLESS) or codec.format is None or not codec.format.name.startswith(("flt", "dbl")):
        return DECODED
    with open_container(path, span) as again:
        stream = again.streams[track.index]
        assert isinstance(stream, AudioStream)
        return level_of(raw_planes(Stretch(again, stream, DECODED).frames()))


def _claim(container: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None else None


def _is_counted_by_lame(stream: AudioStream) -> bool:
    """Whether an MP3's length is from LAME's header: whole samples. FFmpeg guesses other lengths from bit rates."""
    if "encoder" not in stream.metadata or stream.duration is None or stream.time_base is None:
        return False
    return (stream.duration * stream.time_base * stream.codec_context.sample_rate).denominator == 1
