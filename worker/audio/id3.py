"""ID3 tags of WAV, which FFmpeg does not write: RIFF's own tags have neither tempo nor key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: FFmpeg's names of tags, and the frames of ID3 2.3. Tempo and key are known by their frames.
FRAMES: Final = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "track": "TRCK", "TBPM": "TBPM", "TKEY": "TKEY"}
MOST_BYTES: Final = 0xFFFFFFFF  # that a RIFF can state


def append_id3(path: Path, texts: Mapping[str, str]) -> None:
    """Appends a chunk `id3 ` with the texts to a WAV, as DJ programs read it; texts without a frame are left out.

    The sound stays where it is. A file that would pass RIFF's 4 GB stays as it is.
    """
    tag = id3({FRAMES[name]: text for name, text in texts.items() if name in FRAMES and text})
    chunk = b"id3 " + len(tag).to_bytes(4, "little") + tag + bytes(len(tag) % 2)
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        if end + len(chunk) - 8 > MOST_BYTES:
            return
        file.write(chunk)
        file.seek(4)
        file.write((end + len(chunk) - 8).to_bytes(4, "little"))


def id3(frames: Mapping[str, str]) -> bytes:
    """An ID3 2.3 tag of text frames (id3.org/id3v2.3.0, 3.1 and 4.2)."""
    body = b"".join(_frame(name, text) for name, text in frames.items())
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))  # seven bits in each byte
    return b"ID3\x03\x00\x00" + size + body


def _frame(name: str, text: str) -> bytes:
    text = text.replace("\0", "")
    content = b"\0" + text.encode("latin-1") if text.isascii() else b"\1" + text.encode("utf-16", errors="replace")
    return name.encode() + len(content).to_bytes(4) + bytes(2) + content
