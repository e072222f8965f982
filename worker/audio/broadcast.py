"""Finds where the audio streams of an MPEG transport stream (ISO/IEC 13818-1) change, as in recordings of television.

FFmpeg keeps the decoder of the beginning. It follows a stream that only changes its rate or channels.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

SIZES = ((188, 0), (192, 4))  # bytes of a packet, and of the time stamp that cameras put before it
AT_ONCE = 5000  # packets
SOUND = frozenset({0x03, 0x04, 0x06, 0x0F, 0x11, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87})  # stream types of audio

Row = NDArray[np.uint8]


def packet_size(head: bytes) -> tuple[int, int] | None:
    """The bytes of a packet and of its prefix, from the first bytes of a file; None if it is no transport stream."""
    for size, before in SIZES:
        if len(head) > 2 * size + before and all(head[before + size * number] == 0x47 for number in range(3)):
            return size, before
    return None


def changes(file: BinaryIO, size: int, before: int) -> Iterator[int]:
    """Positions of packets from which a programme has other audio streams. `file` is at its beginning."""
    maps: set[int] = set()  # packet numbers of the programme maps
    sounds: dict[int, list[tuple[int, int]]] = {}  # of each programme: stream types and packet numbers
    at, announced = 0, 0
    while chunk := file.read(size * AT_ONCE):
        rows = np.frombuffer(chunk, np.uint8, len(chunk) // size * size).reshape(-1, size)[:, before:]
        packets = (rows[:, 1] & 0x1F).astype(int) << 8 | rows[:, 2]
        begins = (rows[:, 0] == 0x47) & (rows[:, 1] & 0x40 > 0)
        for index in np.flatnonzero(begins & (packets == 0)):
            maps |= _maps(_section(rows[index], 0))
        for index in np.flatnonzero(begins & np.isin(packets, [0, *maps])):
            position = at + int(index) * size
            if packets[index] == 0:
                announced = position
            elif section := _section(rows[index], 2):
                programme, now = section[3] << 8 | section[4], _sounds(section)
                if sounds.get(programme, now) != now:
                    yield announced  # the programme's list comes first
                sounds[programme] = now
        at += len(chunk)


def _section(row: Row, table: int) -> bytes:
    """The section of a table that begins in a packet; empty if it is another table or continues in the next packet."""
    packet = row.tobytes()
    start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
    start += 1 + packet[start] if start < len(packet) else 0
    section = packet[start:]
    if len(section) < 12 or section[0] != table:
        return b""
    length = 3 + ((section[1] & 0x0F) << 8 | section[2])
    return section[: length - 4] if length <= len(section) else b""  # without the checksum


def _maps(section: bytes) -> set[int]:
    entries = [section[at : at + 4] for at in range(8, len(section) - 3, 4)]
    return {(entry[2] & 0x1F) << 8 | entry[3] for entry in entries if entry[:2] != b"\0\0"}


def _sounds(section: bytes) -> list[tuple[int, int]]:
    found = []
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    while at + 5 <= len(section):
        if section[at] in SOUND:
            found.append((section[at], (section[at + 1] & 0x1F) << 8 | section[at + 2]))
        at += 5 + ((section[at + 3] & 0x0F) << 8 | section[at + 4])
    return found
