"""A passage of a song, treated once and played again and again, without a seam.

The passage is treated with half a second of the song on each side, so that its edges sound as in the song. Before each
seam the end of the passage fades into what comes before its beginning: an attack on the first beat stays whole.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobs.models import Effect, Stem
from worker.audio.sound import SAMPLE_RATE
from worker.practice.treatment import Song, treated
from worker.rendering.mixing import Block

AROUND: Final = SAMPLE_RATE // 2  # samples of the song on each side
FADE: Final = round(0.012 * SAMPLE_RATE)  # samples before a seam
BLOCK: Final = 1 << 16


class Pass(NamedTuple):
    """The song from sample `first` to `last`, `length` samples when it is treated."""

    first: int
    last: int
    length: int


def looped(
    song: Song, gains: Mapping[Stem, float], effect: Effect, one: Pass, times: int, lead: int, scratch: Path
) -> Iterator[Block]:
    """`lead` samples of silence, then `times` a pass: (samples, 2) blocks. `scratch`: a file for the treated pass."""
    fade = min(FADE, one.length // 4)
    begin, end = max(one.first - AROUND, 0), min(one.last + AROUND, song.samples)
    before = round((one.first - begin) * 100 / effect.tempo)  # samples of the treated part before the pass
    fade = min(fade, before) if before else fade
    try:
        with scratch.open("wb") as file:
            _keep(
                treated(song.part(begin, end), gains, effect), before - fade if before else 0, one.length + fade, file
            )
        stored: NDArray[np.float32] = np.memmap(scratch, np.float32, "r").reshape(-1, 2)
        yield from _played(stored, fade, one.length, times, lead, has_before=before > 0)
        del stored
    finally:
        scratch.unlink(missing_ok=True)


def _keep(blocks: Iterator[tuple[float, Block]], skip: int, count: int, file: BinaryIO) -> None:
    """Writes `count` samples behind the first `skip`; silence where there are fewer."""
    at, left = 0, count
    for _, block in blocks:
        part = block[max(skip - at, 0) :][:left]
        at += len(block)
        left -= len(part)
        file.write(np.ascontiguousarray(part).tobytes())
        if not left:
            return
    file.write(np.zeros((left, 2), np.float32).tobytes())


def _played(
    stored: NDArray[np.float32], fade: int, length: int, times: int, lead: int, *, has_before: bool
) -> Iterator[Block]:
    """`stored`: `fade` samples before the pass, and the pass; without any before, the pass and as many behind it."""
    rising = np.linspace(0, 1, fade, endpoint=False, dtype=np.float32)[:, None]
    first = fade if has_before else 0
    into = stored[:fade] * rising if has_before else np.zeros((fade, 2), np.float32)
    for start in range(0, lead, BLOCK):
        block = np.zeros((min(BLOCK, lead - start), 2), np.float32)
        if start + len(block) == lead and len(block) >= fade:
            block[len(block) - fade :] += into
        yield block
    for number in range(times):
        for start in range(0, length, BLOCK):
            stop = min(start + BLOCK, length)
            block = np.array(stored[first + start : first + stop])
            if number == 0 and start == 0 and not lead:
                block[: fade // 4] *= rising[::4][: fade // 4]
            yield _faded(block, start, length - fade, into if number < times - 1 else None, rising)


def _faded(block: Block, start: int, seam: int, into: NDArray[np.float32] | None, rising: NDArray[np.float32]) -> Block:
    """A block that begins at `start` of the pass, with the fade that begins at `seam`."""
    fade = len(rising)
    low, high = max(seam, start), min(seam + fade, start + len(block))
    if low < high:
        place, part = slice(low - start, high - start), slice(low - seam, high - seam)
        block[place] *= 1 - rising[part]
        if into is not None:
            block[place] += into[part]
    return block
