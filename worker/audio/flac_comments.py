"""Copies of a FLAC with further comments: its metadata blocks are written anew, its sound is copied (RFC 9639, 8)."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

COMMENTS: Final = 4  # the type of the block
LAST: Final = 0x80  # the flag of the last block, beside its type
PIECE: Final = 1 << 20  # bytes


def copy_with_comments(source: Path, path: Path, comments: Mapping[str, str]) -> None:
    """Copies a FLAC that has a block of comments to `path`, with `comments` beside those that it has.

    The copy is complete or absent. Raises `ValueError` for another file, `OSError` for a full disk.
    """
    unfinished = path.with_name(path.name + ".part")
    try:
        with source.open("rb") as file, unfinished.open("wb") as copy:
            if file.read(4) != b"fLaC":
                raise ValueError("not a FLAC")
            copy.write(b"fLaC")
            is_last = has_comments = False
            while not is_last:
                header = file.read(4)
                if len(header) < 4:
                    raise ValueError("a FLAC without sound")
                is_last = bool(header[0] & LAST)
                block = file.read(int.from_bytes(header[1:]))
                if header[0] & ~LAST == COMMENTS:
                    block, has_comments = _with(block, comments), True
                copy.write(header[:1] + len(block).to_bytes(3) + block)
            if not has_comments:
                raise ValueError("a FLAC without comments")
            shutil.copyfileobj(file, copy, PIECE)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _with(block: bytes, comments: Mapping[str, str]) -> bytes:
    """A block of comments (RFC 9639, 8.6: the writer's name, a count, texts, each after its length) with further."""
    at = 4 + int.from_bytes(block[:4], "little")
    count = int.from_bytes(block[at : at + 4], "little")
    texts = [f"{name}={text}".encode() for name, text in comments.items()]
    more = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    return block[:at] + (count + len(texts)).to_bytes(4, "little") + block[at + 4 :] + more
