"""How loud samples may be before they are doubted.

Stems are turned down together where one of them is over full scale, so a decoder's noise at +44 dB would make a whole
song nearly silent. What decoders make of broken or foreign bytes is therefore muted, and only what files of
floating-point samples really say is believed: they may be far over full scale, as those of 32-bit recorders are. Where
such a file is in the scale of integers by mistake, it is brought back to full scale.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: 20 dB over full scale. Encoders take music that is some 6 dB over it, and codecs may add as much.
BEYOND_REASON = 10.0
#: How much louder than all but a thousandth of its samples a file may be: 30 dB. Beyond are clicks.
LARGEST_CREST = 32.0
#: 60 dB over full scale: a file that is louder than that for a thousandth of its samples holds integers.
INTEGERS_FROM = 1000.0
SCALES = (1 << 15, 1 << 23, 1 << 31)  # full scale of 16, 24 and 32 bits
#: Beyond the largest integers: bytes that are no samples. A few are clicks; a file with more is damaged.
NO_NUMBER = np.float32(1 << 33)
MOST_CLICKS = 1e-4


class Level(NamedTuple):
    """What samples are multiplied with, and how large they may be then. `by_frame`: what is beyond discredits all
    that was decoded with it; else it is a sample of its own.
    """

    scale: float = 1.0
    loudest: float = BEYOND_REASON
    by_frame: bool = True


DECODED = Level()  # of what a decoder makes, of which nothing is known beforehand


def level_of(samples: Iterable[NDArray[np.float32]]) -> Level:
    """The level of a whole file of floating-point samples, in blocks of any shape."""
    sizes = np.zeros(
        300, np.int64
    )  # how many samples are below each power of 2, from 2**-150 on, and not below the last
    impossible = 0
    for block in samples:
        loud = np.abs(block[block != 0])  # silence says nothing
        is_number = loud < NO_NUMBER  # false for NaN
        # What is no number at all comes from a plug-in, between samples that are right.
        impossible += int(np.count_nonzero(np.isfinite(loud) & ~is_number))
        _, exponents = np.frexp(loud[is_number])
        sizes += np.bincount(exponents + 150, minlength=300)
    count = int(sizes.sum())
    if count == 0 or impossible > MOST_CLICKS * count:
        return DECODED
    usual = 2.0 ** (int(np.searchsorted(sizes.cumsum(), 0.999 * count)) - 150)
    over = int(sizes[151:].sum())
    scale = 1.0
    if usual > INTEGERS_FROM and over > count / 2:
        scale = 1.0 / next((full for full in SCALES if usual <= full), SCALES[-1])
    return Level(scale, max(BEYOND_REASON, LARGEST_CREST * usual * scale), by_frame=False)
