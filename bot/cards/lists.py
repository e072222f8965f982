"""Lists cut to the size of one message. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.texts import say

_REST: Final = 40  # UTF-16 code units for the line that counts the omitted blocks


def joined(blocks: Sequence[str], language: str, *, most: int, separator: str = "\n\n", below: str = "") -> str:
    """The blocks that fit, one below the other, then the number of the omitted ones, then `below`.

    `most`: the capacity of a message, in UTF-16 code units.
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
