"""How loud samples may be before they count as decoding errors.

Stems are turned down together where one of them is over full scale, so a decoder's noise at +44 dB would make a whole
song nearly silent. Such noise, from broken or foreign bytes, is muted. Files of floating-point samples may be far over
full scale, as those of 32-bit recorders are, and are kept. A floating-point file in the scale of integers by mistake is
scaled to full scale.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: 20 dB over full scale. Encoders take music that is some 6 dB over it, and codecs may add as much.
BEYOND_REASON = 10.0
#: A file's peak over the level of all but a thousandth of its samples: 30 dB. Samples beyond are clicks.
LARGEST_CREST = 32.0
#: 60 dB over full scale: a file of which a thousandth of the samples is louder holds integers.
INTEGERS_FROM = 1000.0
SCALES = (1 << 15, 1 << 23, 1 << 31)  # full scale of 16, 24 and 32 bits
#: Beyond the largest integers: bytes that are no samples. A few are clicks; with more, a file is damaged.
NO_NUMBER = np.float32(1 << 33)
MOST_CLICKS = 1e-4


class Level(NamedTuple):
    """A factor for samples, and their largest magnitude after it. `by_frame`: a louder sample mutes its whole frame;
    else only itself.
    """

    scale: float = 1.0
    loudest: float = BEYOND_REASON
    by_frame: bool = True


DECODED = Level()  # for the output of decoders


def level_of(samples: Iterable[NDArray[np.float32]]) -> Level:
    """The level of a whole file of floating-point samples, in blocks of any shape."""
    sizes = np.zeros(
        300, np.int64
    )  # how many samples are below each power of 2, from 2**-150 on, and not below the last
    impossible = 0
    for block in samples:
        loud = np.abs(block[block != 0])  # silence does not count
        is_number = loud < NO_NUMBER  # false for NaN
        # NaN and infinity come from plug-ins, between valid samples.
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
