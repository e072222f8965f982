"""Sums of stems, a block at a time."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Failed, Reason, failed
from worker.audio.reading import Song, open_song
from worker.audio.sound import SAMPLE_RATE


def sum_of(paths: Sequence[Path]) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """The plain sum of stems of one track: (samples, 2) blocks, each with the fraction of the track done with it.

    Raises `Failed` INTERNAL for a damaged stem: the stored files are ours, not the person's.
    """
    with ExitStack() as stack:
        songs = [_opened(path, stack) for path in paths]
        samples = round((songs[0].seconds or 0.0) * SAMPLE_RATE)
        done = 0
        # Stems of one track have one length and encoding, so their blocks are equal.
        for blocks in zip(*(song.blocks() for song in songs), strict=True):
            done += len(blocks[0])
            yield min(done / max(samples, done), 1.0), _sum(blocks)
        for song, path in zip(songs, paths, strict=True):
            if song.skipped or song.cut_short:
                raise failed(Reason.INTERNAL, f"{path.name} is damaged: {song.skipped} broken packets")


def peak_of(paths: Sequence[Path]) -> Iterator[tuple[float, float]]:
    """The largest magnitude of the sum so far, with the fraction of the track that is read."""
    peak = 0.0
    for fraction, block in sum_of(paths):
        peak = max(peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        yield fraction, peak


def _opened(path: Path, stack: ExitStack) -> Song:
    try:
        return stack.enter_context(open_song(path))
    except Failed as failure:
        raise failed(Reason.INTERNAL, f"{path.name}: {failure.failure.detail}") from None


def _sum(blocks: tuple[NDArray[np.float32], ...]) -> NDArray[np.float32]:
    if len(blocks) == 1:
        return blocks[0]
    total = blocks[0].copy()
    for block in blocks[1:]:
        total += block  # raises for another length: stems of different tracks
    return total
