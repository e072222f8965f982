"""Spleeter's U-Nets on the processor: magnitudes in, the stems' magnitudes out, in float32.

Architecture: `spleeter.model.functions.unet`. Six convolutions of 5 x 5 with stride 2 down, six transposed ones up that
each read what the way down left at their size, and one of 4 x 4 that skips every second pixel. All the work is in C
(`source/`); here is what it works on, and in which order.
"""

from flbt_unet.library import available, flags
from flbt_unet.unets import UNets
from flbt_unet.weights import SIDES, SIZE, Layer, pack, shapes

__all__ = ["SIDES", "SIZE", "Layer", "UNets", "available", "flags", "pack", "shapes"]
