"""Sums of stems, a block at a time."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Failed, Reason, failed
from worker.audio.reading import Song, open_song
from worker.audio.sound import SAMPLE_RATE

Block = NDArray[np.float32]  # (samples, 2)

_NOTHING = np.zeros((0, 2), np.float32)


def sum_of(paths: Sequence[Path], gains: Sequence[float] | None = None) -> Iterator[tuple[float, Block]]:
    """The sum of stems of one track, each times its gain: (samples, 2) blocks, each with the fraction of the track done
    with it. Raises as `blocks_of`.
    """
    for fraction, blocks in blocks_of(paths):
        yield fraction, weighted(blocks, gains or [1.0] * len(paths))


def blocks_of(paths: Sequence[Path]) -> Iterator[tuple[float, tuple[Block, ...]]]:
    """The stems of one track side by side: equally long (samples, 2) blocks, with the fraction of the track done.

    Raises `Failed` INTERNAL for a damaged stem: the stored files are ours, not the person's.
    """
    with ExitStack() as stack:
        songs = [_opened(path, stack) for path in paths]
        samples = round((songs[0].seconds or 0.0) * SAMPLE_RATE)
        done = 0
        # Stems of one track have one length and encoding, so their blocks are equal.
        for blocks in zip_longest(*(song.blocks() for song in songs), fillvalue=_NOTHING):
            if len({len(block) for block in blocks}) > 1:
                raise failed(Reason.INTERNAL, f"stems of unequal length: {', '.join(path.name for path in paths)}")
            done += len(blocks[0])
            yield min(done / max(samples, done), 1.0), blocks
        for song, path in zip(songs, paths, strict=True):
            if song.skipped or song.cut_short:
                raise failed(Reason.INTERNAL, f"{path.name} is damaged: {song.skipped} broken packets")


def peak_of(paths: Sequence[Path], gains: Sequence[float] | None = None) -> Iterator[tuple[float, float]]:
    """The largest magnitude of the sum so far, with the fraction of the track that is read."""
    peak = 0.0
    for fraction, block in sum_of(paths, gains):
        peak = max(peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        yield fraction, peak


def _opened(path: Path, stack: ExitStack) -> Song:
    try:
        return stack.enter_context(open_song(path))
    except Failed as failure:
        raise failed(Reason.INTERNAL, f"{path.name}: {failure.failure.detail}") from None


def weighted(blocks: Sequence[Block], gains: Sequence[float]) -> Block:
    """The sum of equally long blocks times their gains."""
    total = blocks[0] if gains[0] == 1 else blocks[0] * np.float32(gains[0])
    for block, gain in zip(blocks[1:], gains[1:], strict=True):
        total = total + (block if gain == 1 else block * np.float32(gain))
    return total
