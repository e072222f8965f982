"""Runs the networks of Deezer's checkpoint without TensorFlow: by `flbt_unet` or by OpenVINO.

`flbt_unet` needs half the time (measured on x86-64), and runs where docs/adr/0031 says. OpenVINO runs everywhere. Both
compute in float32; see docs/adr/0009 for why not in bf16.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import flbt_unet
import numpy as np
from numpy.typing import NDArray

from jobs.models import Stem
from jobs.music.separation_models import Band, NetworkEngineName
from worker.child.cgroups import cores

log = logging.getLogger(__name__)

#: Bins of the network's input: Spleeter's F.
BANDS: dict[Band, int] = {"11k": 1024, "16k": 1536}


class Network(Protocol):
    """All networks of one model; up to `lanes` threads may call them at once.

    `band` is the number of bins of their input, `name` is for the log. They are compiled in the background.
    """

    name: str
    band: int
    lanes: int

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """The magnitudes of each stem, (stems, 2, SEGMENT, band), from those of the mix, (2, SEGMENT, band).

        The array is reused by the same thread's next call.
        """


def load_network(
    checkpoint: Path,
    stems: Sequence[Stem],
    band: Band,
    *,
    engine: NetworkEngineName = "unet",
    threads: int = 0,
    instructions: flbt_unet.Instructions | None = None,
    converting: Callable[[], None] = lambda: None,
) -> Network:
    """The networks of a checkpoint folder; `converting` is called before a slow first conversion.

    `engine` "unet" is `flbt_unet` where it can run, else OpenVINO; `threads` 0 is every core that we may use;
    `instructions` chooses a build of `flbt_unet`, by default the fastest. Raises `Failed` with MODEL_DAMAGED for graphs
    other than Spleeter's.
    """
    of = threads or cores()
    if engine == "unet" and flbt_unet.available():
        from worker.separation.spleeter.unet_network import UNetNetwork
        from worker.separation.spleeter.unet_weights import kept_weights

        weights = kept_weights(checkpoint, stems, converting)
        if weights is not None:
            return UNetNetwork(weights, BANDS[band], of, instructions)
        log.warning("unknown network in %s: OpenVINO runs it", checkpoint.name)
    from worker.separation.spleeter.openvino_network import load_openvino  # hundreds of milliseconds, and dozens of MB

    return load_openvino(checkpoint, stems, BANDS[band], of, converting)
