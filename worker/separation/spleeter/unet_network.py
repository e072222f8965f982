"""The networks, run by `flbt_unet`."""

import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import numpy as np
from flbt_unet import Instructions, UNets
from numpy.typing import NDArray

from worker.separation.spleeter.spectrogram import CHANNELS, SEGMENT
from worker.separation.spleeter.unet_weights import Weights


class UNetNetwork:
    """See `worker.separation.spleeter.network.Network`."""

    def __init__(self, weights: Weights, band: int, threads: int, instructions: Instructions | None = None) -> None:
        self.name = f"unet {version('fl-bt-unet')}"
        self.band = band
        # One segment is in the network while another is transformed before or after it.
        self.lanes = min(threads, 2)
        self._shape = len(weights.networks), CHANNELS, SEGMENT, band
        self._own = threading.local()
        packer = ThreadPoolExecutor(1, thread_name_prefix="packer")
        self._networks = packer.submit(_pack, weights, band, threads, instructions)
        packer.shutdown(wait=False)

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `worker.separation.spleeter.network.Network`."""
        if not hasattr(self._own, "estimates"):
            self._own.estimates = np.empty(self._shape, np.float32)
        return self._networks.result().estimate(magnitudes, self._own.estimates)


def _pack(weights: Weights, band: int, threads: int, instructions: Instructions | None) -> UNets:
    return UNets(*weights, rows=SEGMENT, columns=band, threads=threads, instructions=instructions)
