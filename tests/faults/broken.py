"""Broken audio files: small valid ones of every kind, damaged at random like by disks, networks and bad software. The
same seed gives the same damage."""

import contextlib
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tests.lies import Lie, flac, matroska, mp4, ogg, wav, xing
from tests.peers.tones import song
from tests.sounds import encode, jpeg, music, write_wav
from tests.worker.audio.test_joined import COARSE, FINE

HEADER = 200  # bytes of the header in most formats


def whole_files(folder: Path) -> list[Path]:
    """One valid file of each kind."""
    wave = music(0.6)
    files = [
        write_wav(folder / "float.wav", wave),
        write_wav(folder / "int.wav", (wave * 32767).astype(np.int16)),
        encode(folder / "song.flac", wave, "flac", "flac", tags={"title": "Song"}, cover=jpeg()),
        encode(folder / "song.mp3", wave, "libmp3lame", "mp3", tags={"title": "Song", "artist": "Band"}, cover=jpeg()),
        encode(folder / "late.m4a", wave, "aac", "mp4"),
        encode(folder / "early.m4a", wave, "aac", "mp4", options={"movflags": "faststart"}),
        encode(folder / "voice.oga", music(0.6, 48000, 1), "libopus", "ogg", 48000),
        encode(folder / "surround.oga", music(0.6, 48000, 6), "libopus", "ogg", 48000),
        encode(folder / "film.mp4", wave, "aac", "mp4", picture=(64, 48)),
        encode(folder / "film.mkv", wave, "aac", "matroska", picture=(64, 48)),
    ]
    for container in ("mp4", "webm"):
        files.append(folder / f"fragments.{container}")
        files[-1].write_bytes(song(0.6, "mp4" if container == "mp4" else "webm"))
    files += [Path(shutil.copy(path, folder / path.name)) for path in (COARSE, FINE)]
    return files


def broken_files(whole: list[Path], into: Path, count: int, seed: int) -> Iterator[Path]:
    """`count` damaged copies of the files, each kind and each damage in turn."""
    dice = random.Random(seed)
    contents = [path.read_bytes() for path in whole]
    for number in range(count):
        path, content = whole[number % len(whole)], contents[number % len(whole)]
        damage = DAMAGES[number // len(whole) % len(DAMAGES)]
        broken = into / f"{number:03d}-{damage.__name__.strip('_')}-{path.name}"
        broken.write_bytes(damage(bytearray(content), dice, dice.choice(contents)))
        yield broken


Damage = Callable[[bytearray, random.Random, bytes], bytes]


def _truncated(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    return bytes(content[: dice.randrange(1, len(content))])


def _beheaded(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    return bytes(content[dice.randrange(1, min(len(content), 4 * HEADER)) :])


def _header_bytes(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    for _number in range(dice.randrange(1, 6)):
        content[dice.randrange(min(len(content), HEADER))] = dice.randrange(256)
    return bytes(content)


def _sizes(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    """Numbers in the header become the largest, the smallest, or negative ones."""
    for _number in range(dice.randrange(1, 4)):
        at = dice.randrange(4, min(len(content), HEADER) - 4)
        content[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00" * 4, b"\xff\xff\xff\x7f"))
    return bytes(content)


def _bit_flips(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    for _number in range(dice.randrange(1, 60)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return bytes(content)


def _holes(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    """A range of zeros, as in sparse downloads, or of noise."""
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.randrange(1, 5000))
    content[start:end] = bytes(end - start) if dice.random() < 0.5 else dice.randbytes(end - start)
    return bytes(content)


def _pieces_missing_or_twice(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    start, end = sorted(dice.sample(range(len(content)), 2))
    again = content[start:end] * dice.choice((0, 2, 3))
    return bytes(content[:start] + again + content[end:])


def _spliced(content: bytearray, dice: random.Random, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return bytes(content[: dice.randrange(len(content))]) + other[dice.randrange(len(other)) :]


def _grafted(content: bytearray, dice: random.Random, other: bytes) -> bytes:
    """A piece of another file in the middle of this one."""
    at, start = dice.randrange(len(content)), dice.randrange(len(other))
    content[at:at] = other[start : start + dice.randrange(1, 4000)]
    return bytes(content)


def _joined(content: bytearray, _: random.Random, other: bytes) -> bytes:
    """The whole file and the whole of another."""
    return bytes(content) + other


def _lying(content: bytearray, dice: random.Random, _: bytes) -> bytes:
    """Its header claims another length: up to a thousand times as long, or as short."""
    mark = bytes(content[4:8]) if content[4:8] == b"ftyp" else bytes(content[:4])
    if mark in LIES:
        with contextlib.suppress(OverflowError):
            LIES[mark](content, 10 ** dice.uniform(-3, 3))
    return bytes(content)


LIES: dict[bytes, Lie] = {
    b"RIFF": wav,
    b"fLaC": flac,
    b"ID3\4": xing,
    b"ftyp": mp4,
    b"OggS": ogg,
    b"\x1a\x45\xdf\xa3": matroska,
}
#: Damage that leaves all samples in the file unchanged.
HARMLESS = ("truncated", "joined", "lying")

DAMAGES: tuple[Damage, ...] = (
    *(_truncated, _beheaded, _header_bytes, _sizes, _bit_flips, _holes, _pieces_missing_or_twice, _spliced, _grafted),
    *(_joined, _lying),
)
