"""Spleeter's segments of a song: how they are cut from it, and added up again.

Frames of 4096 samples every 1024 under a periodic Hann window, on a grid that starts one frame before the song; a
segment is 512 of them. Source: `spleeter.model.EstimatorSpecBuilder` and `tf.signal.stft` / `inverse_stft` as it
calls them. Segments share only the 3072 samples by which their frames overlap, so computing one after another with a
tail carried over gives exactly the result for the whole song at once.

Shapes: a block is (channels, samples), an estimate of the network's band (stems, channels, frames, band) float32.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

CHANNELS = 2
FRAME = 4096  # samples
HOP = 1024  # samples
SEGMENT = 512  # frames
ADVANCE = SEGMENT * HOP  # samples from one segment to the next
OVERLAP = FRAME - HOP  # samples that two neighbouring segments share
SPAN = ADVANCE + OVERLAP  # samples under the frames of one segment


def segments(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The spans of samples, (2, SPAN) each, of a song's segments; blocks may be of any length.

    The yielded array is reused for the next span. One frame of silence precedes the song, and silence fills the last
    segment; a song without samples has no segment.
    """
    span = np.zeros((CHANNELS, SPAN), np.float32)
    filled = FRAME
    heard = False
    for block in blocks:
        at = 0
        while at < block.shape[1]:
            heard = True
            taken = min(block.shape[1] - at, SPAN - filled)
            span[:, filled : filled + taken] = block[:, at : at + taken]
            at += taken
            filled += taken
            if filled == SPAN:
                yield span
                span[:, :OVERLAP] = span[:, ADVANCE:]
                filled = OVERLAP
    # Frames begin until the song's end, so samples in the overlap alone still get a segment.
    while heard and filled > 0:
        span[:, filled:] = 0
        yield span
        span[:, :OVERLAP] = span[:, ADVANCE:]
        filled -= ADVANCE


class OverlapAdd:
    """Adds up overlapping spans of successive segments."""

    def __init__(self) -> None:
        self._tail: Samples | None = None

    def add(self, spans: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next finished samples, (..., ADVANCE). Takes the next segment's span, (..., SPAN), and overwrites it."""
        if self._tail is not None:
            spans[..., :OVERLAP] += self._tail
        self._tail = spans[..., ADVANCE:].copy()
        return spans[..., :ADVANCE]
