"""Headers that lie about length: valid files, with other numbers where containers say how long they are."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.sounds import Samples, encode

Lie = Callable[[bytearray, float], None]  # the file's content, and how many times as long it should claim to be


def xing(content: bytearray, times: float) -> None:
    """The number of frames in the header that LAME writes into an MP3's first frame."""
    at = max(content.find(b"Xing"), content.find(b"Info")) + 8
    _scale(content, at, ">I", times)


def flac(content: bytearray, times: float) -> None:
    """STREAMINFO's number of samples, the last 36 bits before the checksum."""
    at = content.find(b"fLaC") + 8 + 10
    both = int.from_bytes(content[at : at + 8])
    samples = min(int((both & (1 << 36) - 1) * times), (1 << 36) - 1)
    content[at : at + 8] = (both >> 36 << 36 | samples).to_bytes(8)


def wav(content: bytearray, times: float) -> None:
    """The sizes of the file and of its data."""
    _scale(content, 4, "<I", times)
    _scale(content, content.find(b"data") + 4, "<I", times)


def aiff(content: bytearray, times: float) -> None:
    """The number of samples, and the sizes of the file and of its data."""
    _scale(content, content.find(b"COMM") + 10, ">I", times)
    _scale(content, 4, ">I", times)
    _scale(content, content.find(b"SSND") + 4, ">I", times)


def au(content: bytearray, times: float) -> None:
    _scale(content, 8, ">I", times)


def caf(content: bytearray, times: float) -> None:
    """The size of its data, and of its packet table if it has one."""
    _scale(content, content.find(b"data") + 4, ">Q", times)


def mp4(content: bytearray, times: float) -> None:
    """The durations of the film, of its tracks and of their media: the table of samples stays as it is."""
    for name, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        at = -1
        while (at := content.find(name, at + 1)) >= 0:
            _scale(content, at + 4 + offset, ">I", times)


def matroska(content: bytearray, times: float) -> None:
    """The segment's duration, a float of 8 bytes; and the duration that FFmpeg writes among the tags of a track."""
    _scale(content, content.find(b"\x44\x89\x88") + 3, ">d", times)


def ogg(content: bytearray, times: float) -> None:
    """The position at the end of the last page, from which players tell how long it is."""
    page = content.rfind(b"OggS")
    _scale(content, page + 6, "<q", times)
    content[page + 22 : page + 26] = bytes(4)
    content[page + 22 : page + 26] = _ogg_checksum(bytes(content[page:])).to_bytes(4, "little")


def flv(content: bytearray, times: float) -> None:
    _scale(content, content.find(b"duration") + 9, ">d", times)


def avi(content: bytearray, times: float) -> None:
    """The length in the stream's header."""
    _scale(content, content.find(b"strh") + 8 + 32, "<I", times)


class Liar(NamedTuple):
    codec: str
    container: str
    lie: Lie
    picture: bool = False
    # Containers whose sizes tell where sound ends, and nothing else does: they can only exaggerate.
    only_more: bool = False


LIARS = {
    "MP3": Liar("libmp3lame", "mp3", xing),
    "FLAC": Liar("flac", "flac", flac),
    "WAV": Liar("pcm_s16le", "wav", wav),
    "AIFF": Liar("pcm_s16be", "aiff", aiff, only_more=True),
    "AU": Liar("pcm_s16be", "au", au),
    "CAF": Liar("pcm_s16be", "caf", caf, only_more=True),
    "M4A": Liar("aac", "mp4", mp4),
    "MP4": Liar("aac", "mp4", mp4, picture=True),
    "Matroska": Liar("flac", "matroska", matroska),
    "Matroska film": Liar("flac", "matroska", matroska, picture=True),
    "Ogg": Liar("flac", "ogg", ogg, only_more=True),  # to say less is the legal way to end within a page
    "FLV": Liar("libmp3lame", "flv", flv),
    "AVI": Liar("libmp3lame", "avi", avi),
}


def liars(folder: Path, song: Samples, times: float) -> Iterator[tuple[str, Path, Path]]:
    """Of each kind: its name, an honest file, and one that claims to be `times` as long."""
    for number, (name, liar) in enumerate(LIARS.items()):
        if times < 1 and liar.only_more:
            continue
        picture = (64, 48) if liar.picture else None
        honest = encode(folder / f"{number}", song, liar.codec, liar.container, picture=picture)
        content = bytearray(honest.read_bytes())
        liar.lie(content, times)
        liar_path = folder / f"{number}-lies"
        liar_path.write_bytes(content)
        yield name, honest, liar_path


def _ogg_checksum(page: bytes) -> int:
    """RFC 3533, 6: a CRC of 32 bits, neither reflected nor inverted."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = crc << 1 ^ (0x104C11DB7 if crc & 0x80000000 else 0)
    return crc


def _scale(content: bytearray, at: int, form: str, times: float) -> None:
    (value,) = struct.unpack_from(form, content, at)
    scaled = value * times
    struct.pack_into(form, content, at, scaled if form.endswith("d") else min(int(scaled), (1 << 31) - 1))
