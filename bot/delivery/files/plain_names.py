"""File names in ASCII, for platforms that strip other letters. Pure."""

import re
from typing import Final

from anyascii import anyascii

NAME: Final = 100  # characters of a name, its extension apart


def plain_name(name: str) -> str:
    """A file's name, transliterated: ASCII letters, digits, dot, dash and underscore."""
    stem, _, extension = name.rpartition(".")
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", anyascii(stem)).strip("_.")
    if len(plain) > NAME:
        plain = f"{plain[: NAME - 40].rstrip('_.')}_{plain[-39:].lstrip('_.')}"
    return f"{plain or 'song'}.{extension}"
