"""Any local audio or video file to blocks of stereo samples. Only files: nothing in a file leads anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from worker.audio.decoding import Stretch
from worker.audio.opening import best_audio, open_container


class Song:
    """An open file; `open_song` makes it.

    `seconds` is the container's claim, a guess from bit rates unless `is_counted`. `cover` is an attached JPEG or PNG
    as it is. Known when the blocks have ended: `cut_short`, `skipped` (broken packets), `late` (seconds by which the
    sound begins after the picture) and `gaps` (seconds without sound between samples). The blocks hold neither.
    """

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._stretch = Stretch(container, stream)
        self.seconds = self._stretch.seconds
        self.is_counted = self._stretch.is_counted
        self.title = _tag("title", container, stream)
        self.artist = _tag("artist", container, stream) or _tag("album_artist", container, stream)
        self.cut_short = False
        self._blocks = self._read()
        # What is no audio shows when decoding starts: find out before anyone counts on this song.
        self._first = next(self._blocks, None)
        if self._first is None:
            raise failed(
                Reason.NOT_AUDIO if self.skipped else Reason.EMPTY, f"{self.skipped} broken packets, no sample"
            )

    @property
    def cover(self) -> bytes | None:
        return self._stretch.cover

    @property
    def skipped(self) -> int:
        return self._stretch.skipped

    @property
    def late(self) -> float:
        return self._stretch.late

    @property
    def gaps(self) -> float:
        return self._stretch.gaps

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The song, once: blocks of (samples, 2) float32 at 44.1 kHz, of at most a few hundred thousand samples.

        Broken packets are left out and counted in `skipped`.
        """
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._blocks

    def _read(self) -> Iterator[NDArray[np.float32]]:
        yield from self._stretch.blocks()
        self.cut_short |= self._stretch.cut_short


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
