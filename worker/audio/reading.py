"""Decodes any local audio or video file to blocks of stereo samples. References in a file are not followed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Failed, Reason, failed
from worker.audio.decoding import Stretch, open_stretch
from worker.audio.spans import Span, spans_of


class Song:
    """An open file; `open_song` makes it.

    `seconds` is the container's claim, a guess unless `is_counted`; the decoded samples are a song's true length.
    `cover` is an attached JPEG or PNG, unchanged. Known when the blocks have ended: `cut_short`, `skipped` (broken
    packets), `late` (seconds by which the sound begins after the picture) and `gaps` (seconds without sound between
    samples). The blocks hold neither.
    """

    def __init__(self, path: Path, first: Stretch, spans: list[Span]) -> None:
        self._path = path
        self._stretch = first
        self._spans = spans
        size = sum(span.end - span.start for span in spans)
        share = (spans[0].end - spans[0].start) / size
        self.seconds = first.seconds and first.seconds / share
        self.is_counted = first.is_counted and len(spans) == 1
        self.title = first.tag("title")
        self.artist = first.tag("artist") or first.tag("album_artist")
        self.comment = first.tag("comment")
        self.cover = first.cover
        self.cut_short = False
        self.skipped = 0
        self.late = 0.0
        self.gaps = 0.0

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The song, once: blocks of (samples, 2) float32 at 44.1 kHz, of at most a few hundred thousand samples.

        Broken packets are left out and counted in `skipped`. Joined files follow each other.
        """
        yield from self._stretch.blocks()
        self.late = self._stretch.late
        self._take_note(self._stretch)
        for span in self._spans[1:]:
            try:
                with open_stretch(self._path, span) as stretch:
                    yield from stretch.blocks()
                    self._take_note(stretch)
            except Failed:
                self.skipped += 1
                self.cut_short = True

    def _take_note(self, stretch: Stretch) -> None:
        self.cut_short |= stretch.cut_short
        self.skipped += stretch.skipped
        self.gaps += stretch.gaps


@contextmanager
def open_song(path: Path) -> Iterator[Song]:
    """The audio of `path`, from its main track.

    Raises `Failed`: EMPTY for a file of no bytes or samples, NO_SOUND for a video without an audio stream, NOT_AUDIO
    for everything else that holds no audio we can decode; `OSError` when the file can not be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file")
    if not path.stat().st_size:
        raise failed(Reason.EMPTY, "a file of 0 bytes")
    spans = spans_of(path)
    with ExitStack() as stack:
        first, broken = _first_that_decodes(path, spans, stack)
        song = Song(path, first, spans[broken:])
        song.skipped = broken
        song.cut_short = _promises_more(path)
        yield song


def _first_that_decodes(path: Path, spans: list[Span], stack: ExitStack) -> tuple[Stretch, int]:
    """The first of the joined files that holds sound, open, and how many before it are broken."""
    why: Failed | None = None
    for broken, span in enumerate(spans):
        try:
            return stack.enter_context(open_stretch(path, span)), broken
        except Failed as failure:
            why = why or failure
    assert why is not None
    raise why


def _promises_more(path: Path) -> bool:
    """Whether a WAV's header states more bytes than its file has. FFmpeg reads such a file without an error."""
    with path.open("rb") as file:
        header = file.read(12)
    promised = int.from_bytes(header[4:8], "little") + 8
    # Writers put all ones for an unknown length.
    return header[:4] == b"RIFF" and header[8:] == b"WAVE" and path.stat().st_size < promised < 0xFFFFFFFF
