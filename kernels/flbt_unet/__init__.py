"""Spleeter's U-Nets on the processor: magnitudes in, the stems' magnitudes out, in float32; and what is around them.

Architecture: `spleeter.model.functions.unet`. Six convolutions of 5 x 5 with stride 2 down, six transposed ones up that
also read the output of the layer down of their size, and one of 4 x 4 with dilation 2. The C code in
`source/` computes; the Python modules lay out its memory and call it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from flbt_unet.builds import Instructions, available, flags, instruction_sets

if TYPE_CHECKING:
    from flbt_unet.samples import interleaved, peaks, to_16_bits, to_24_bits
    from flbt_unet.spectra import Spectra
    from flbt_unet.transforms import irfft, rfft
    from flbt_unet.unets import UNets
    from flbt_unet.weights import SIDES, SIZE, Layer, pack, shapes

__all__ = [
    "SIDES", "SIZE", "Instructions", "Layer", "Spectra", "UNets", "available", "flags", "instruction_sets",
    "interleaved", "irfft", "pack", "peaks", "rfft", "shapes", "to_16_bits", "to_24_bits",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Imports what needs NumPy when it is used."""
    if name in __all__:
        for module in ("samples", "spectra", "transforms", "unets", "weights"):
            if hasattr(there := import_module(f"flbt_unet.{module}"), name):
                return getattr(there, name)
    raise AttributeError(name)
