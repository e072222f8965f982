"""Blocks of a song in, blocks of its stems out, one segment in memory at a time."""

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from worker.separation.spectrogram import (
    ADVANCE,
    FRAME,
    OverlapAdd,
    Samples,
    masked,
    masks_of,
    segments,
    spectrum_of,
)

LOUDEST = 1e6  # 120 dB over full scale: no sound, a broken file, and its square would overflow


class Estimator(Protocol):
    """What turns magnitudes into the stems' magnitudes: `Network`, and in tests whatever splits a spectrum."""

    band: int  # bins it looks at

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """(2, SEGMENT, band) in, (stems, 2, SEGMENT, band) out."""


def separate_blocks(
    blocks: Iterable[Samples], network: Estimator, extension: Literal["average", "zeros"]
) -> Iterator[list[Samples]]:
    """The stems of a song, in the network's order, piece by piece: (samples, 2) each.

    `blocks` are (samples, 2) at 44.1 kHz, of any length. The pieces are as long in sum as the song, to the sample,
    and what they hold does not depend on how it was cut into blocks.
    """
    seen = 0

    def heard() -> Iterator[Samples]:
        nonlocal seen
        for block in blocks:
            seen += len(block)
            yield sound(block).T

    tails: list[OverlapAdd] = []
    start = -FRAME  # of the segment, in samples of the song: one frame of silence comes before it
    for span in segments(heard()):
        spectrum = spectrum_of(span)
        estimates = network.estimate(np.abs(spectrum[..., : network.band]))
        tails = tails or [OverlapAdd() for _ in estimates]
        first, last = max(0, -start), min(ADVANCE, seen - start)
        yield [
            tail.add(masked(spectrum, mask, extension))[:, first:last].T.copy()
            for tail, mask in zip(tails, masks_of(estimates), strict=True)
        ]
        start += ADVANCE


def sound(block: Samples) -> Samples:
    """The block with silence in place of what is no sound: NaN, infinite, or beyond all measure."""
    loud = np.abs(block) < LOUDEST  # false for NaN too
    return block if loud.all() else np.where(loud, block, np.float32(0))
