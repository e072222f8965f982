"""Finds the parts of files that were joined: recordings of radio, albums concatenated by hand.

FFmpeg reads such a file with the headers of its first part only, or ends after that part. MP3, ADTS and AC-3 need no
search: each of their frames has a header, which the decoders follow.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from worker.audio import broadcast

CHUNK = 1 << 20  # bytes read at once
LONGEST_MARK = 96  # bytes: more than any of the patterns
MOST_SPANS = 10_000  # in one file; further ones belong to the last span
SPARE_SECONDS = 1  # of sound behind the announced end of a WAV: less is an unknown chunk, or padding

_OGG_BEGINS = re.compile(rb"OggS\0[\x02\x06]")  # a page that begins a logical stream (RFC 3533, 6)
_FLAC = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")  # with STREAMINFO, which is 34 bytes long (RFC 9639, 8)
_MATROSKA = re.compile(rb"\x1a\x45\xdf\xa3[^\0].{0,70}?\x42\x82[\x84\x88](?:webm|matroska)", re.DOTALL)  # RFC 8794


class Span(NamedTuple):
    """Bytes of a file that are a file of their own. `is_open`: the sound continues beyond the header's end."""

    start: int
    end: int
    is_open: bool = False


def spans_of(path: Path) -> list[Span]:
    """The joined parts of the file at `path`, in order; one part for any other file. Raises `OSError`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(0)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return list(_waves(file, size))
        if head[:4] == b"OggS":
            starts = _ogg_starts(file)
        elif head[:4] == b"fLaC" or head[:3] == b"ID3":
            starts = _found(file, _FLAC)
        elif head[:4] == b"\x1a\x45\xdf\xa3":
            starts = _found(file, _MATROSKA)
        elif head[4:8] == b"ftyp":
            starts = _mp4_starts(file, size)
        elif packets := broadcast.packet_size(head):
            starts = broadcast.changes(file, *packets)
        else:
            return [Span(0, size)]
        begins = [0]
        for start in starts:
            if start > begins[-1]:
                begins.append(start)
            if len(begins) == MOST_SPANS:
                break
    if head[:3] == b"ID3" and len(begins) > 1:
        begins[:2] = [0]  # the first mark is that of the tagged file itself
    return [Span(start, end) for start, end in zip(begins, [*begins[1:], size], strict=True)]


def _found(file: BinaryIO, pattern: re.Pattern[bytes]) -> Iterator[int]:
    """Positions of the pattern in the file."""
    at, held = 0, b""
    while chunk := _read(file, at + len(held), CHUNK):
        here = held + chunk
        for match in pattern.finditer(here):
            # The next chunk repeats the bytes of a match near the end.
            if match.start() < len(here) - LONGEST_MARK or len(chunk) < CHUNK:
                yield at + match.start()
        keep = min(len(here), LONGEST_MARK)
        at, held = at + len(here) - keep, here[len(here) - keep :]


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


def _ogg_starts(file: BinaryIO) -> Iterator[int]:
    """Positions of the first page of each chain: all of a chain's logical streams begin before any continues."""
    next_page = None
    for start in _found(file, _OGG_BEGINS):
        if start != next_page:
            yield start
        segments = _read(file, start + 26, 1 + 255)
        count = segments[0] if segments else 0
        next_page = start + 27 + count + sum(segments[1 : 1 + count])


def _mp4_starts(file: BinaryIO, size: int) -> Iterator[int]:
    """Positions of `ftyp` boxes that begin a file with an index of its own."""
    start = at = 0
    has_index = False
    while at + 8 <= size:
        header = _read(file, at, 16)
        kind, length = header[4:8], int.from_bytes(header[:4])
        if length == 1:
            length = int.from_bytes(header[8:16])
        if length < 8:
            return  # the rest of the file, or no box
        if kind == b"ftyp" and at > start and has_index:
            yield at
            start, has_index = at, False
        has_index |= kind == b"moov"
        at += length


def _waves(file: BinaryIO, size: int) -> Iterator[Span]:
    """The WAVs in the file. A WAV whose sound continues after the end in its header is open."""
    start, count = 0, 0
    while start < size:
        end, rate = _wave_end(file, start, size)
        count += 1
        after = _read(file, end, 12)
        if after[:4] == b"RIFF" and after[8:12] == b"WAVE" and count < MOST_SPANS:
            yield Span(start, end)
            start = end
            continue
        is_sound = size - end > SPARE_SECONDS * rate and not _is_chunk(after, size - end)
        yield Span(start, size, is_open=is_sound)
        return


def _wave_end(file: BinaryIO, start: int, size: int) -> tuple[int, int]:
    """The end of the last known chunk of the WAV at `start`, and its bytes per second."""
    at, rate = start + 12, 1 << 32
    has_sound = False
    while at + 8 <= size:
        header = _read(file, at, 24)
        length = int.from_bytes(header[4:8], "little")
        if header[:4] == b"RIFF" or (not _is_chunk(header, size - at) and header[:4] != b"data"):
            break
        if header[:4] == b"fmt ":
            rate = int.from_bytes(header[16:20], "little") or rate
        if header[:4] == b"data":
            if length in (0, 0xFFFFFFFF):
                return size, rate  # the writer did not know the length
            has_sound = True
        at += 8 + length + length % 2
    return (min(at, size) if has_sound else size), rate


def _is_chunk(header: bytes, room: int) -> bool:
    """Whether this is the head of a chunk that fits into `room` bytes."""
    name, length = header[:4], int.from_bytes(header[4:8], "little")
    return len(header) >= 8 and name.isascii() and name.decode("ascii").isprintable() and 8 + length <= room + 1
