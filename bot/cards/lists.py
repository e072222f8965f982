"""Lists that fit into one message, however long the titles in them are. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.texts import say

_REST: Final = 40  # for the word on what is left out


def joined(blocks: Sequence[str], language: str, *, most: int, separator: str = "\n\n", below: str = "") -> str:
    """As many of the blocks, one below the other, as there is room for, and how many are left out. `below`: the end.

    `most`: what a message holds, in UTF-16 code units.
    """
    room = most - _REST - units(separator + below)
    kept: list[str] = []
    for block in blocks:
        room -= units(block + separator)
        if room < 0:
            break
        kept.append(block)
    if len(kept) < len(blocks):
        kept.append(say(language, "list-more", count=len(blocks) - len(kept)))
    return separator.join([*kept, below] if below else kept)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
