"""The networks on the checkpoint as Deezer published it, without TensorFlow: ours, or those OpenVINO compiles.

Ours (`flbt_unet`) need half the time, on the processors that they were written for. OpenVINO runs everywhere. Both
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

#: Bins the network looks at: Spleeter's F.
BANDS: dict[Band, int] = {"11k": 1024, "16k": 1536}


class Network(Protocol):
    """All networks of one model, for as many threads at once as there are `lanes`.

    `band` is the number of bins they look at, `name` what they are in the log. They are made ready for the processor
    beside whatever the caller does next.
    """

    name: str
    band: int
    lanes: int

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """The magnitudes of each stem, (stems, 2, SEGMENT, band), from those of the mix, (2, SEGMENT, band).

        The answer is our own memory, good until the same thread's next call.
        """


def load_network(
    checkpoint: Path,
    stems: Sequence[Stem],
    band: Band,
    *,
    engine: NetworkEngineName = "unet",
    threads: int = 0,
    converting: Callable[[], None] = lambda: None,
) -> Network:
    """The networks of a checkpoint folder; `converting` is called when that takes longer because it is the first time.

    `engine` "unet" is ours wherever it can run, `threads` 0 every core that we may use. Raises `Failed` with
    MODEL_DAMAGED when it is not Spleeter's graph.
    """
    of = threads or cores()
    if engine == "unet" and flbt_unet.available():
        from worker.separation.spleeter.unet_network import UNetNetwork
        from worker.separation.spleeter.unet_weights import kept_weights

        weights = kept_weights(checkpoint, stems, converting)
        if weights is not None:
            return UNetNetwork(weights, BANDS[band], of)
        log.warning("%s is another network than we know: OpenVINO runs it", checkpoint.name)
    from worker.separation.spleeter.openvino_network import load_openvino  # hundreds of milliseconds, and dozens of MB

    return load_openvino(checkpoint, stems, BANDS[band], of, converting)
