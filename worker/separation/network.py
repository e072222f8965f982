"""The networks on the checkpoint as Deezer published it, without TensorFlow: ours, or those OpenVINO compiles.

Ours (`flbt_unet`) need half the time in f32, on the processors that they were written for. OpenVINO has bf16, and runs
everywhere.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, Protocol

import flbt_unet
import numpy as np
from numpy.typing import NDArray

from jobs.models import StemCount
from worker.groups import cores

log = logging.getLogger(__name__)

Precision = Literal["f32", "bf16"]
Band = Literal["11k", "16k"]

#: Bins the network looks at: Spleeter's F.
BANDS: dict[Band, int] = {"11k": 1024, "16k": 1536}
#: Processors that compute in bf16, in Linux's words.
BF16_FLAGS: Final = frozenset({"avx512_bf16", "amx_bf16", "avx_ne_convert"})
#: Those that do it several times as fast as f32, in units for that alone. See docs/adr/0009.
FAST_BF16_FLAGS: Final = frozenset({"amx_bf16"})


class Network(Protocol):
    """All networks of one model, for as many threads at once as there are `lanes`.

    `band` is the number of bins they look at, `precision` what they compute in, `name` what they are in the log. They
    are made ready for the processor beside whatever the caller does next.
    """

    name: str
    precision: Precision
    band: int
    lanes: int

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """The magnitudes of each stem, (stems, 2, SEGMENT, band), from those of the mix, (2, SEGMENT, band).

        The answer is our own memory, good until the same thread's next call.
        """


def load_network(
    checkpoint: Path,
    stems: StemCount,
    band: Band,
    *,
    engine: Literal["unet", "openvino"] = "unet",
    precision: Literal["auto", "f32", "bf16"] = "auto",
    threads: int = 0,
    converting: Callable[[], None] = lambda: None,
) -> Network:
    """The networks of a checkpoint folder; `converting` is called when that takes longer because it is the first time.

    `engine` "unet" is ours wherever it can run, `threads` 0 every core that we may use. See `is_in_bf16` for what
    `precision` means to it. Raises `Failed` with MODEL_DAMAGED when it is not Spleeter's graph.
    """
    of = threads or cores()
    if engine == "unet" and flbt_unet.available() and not is_in_bf16(precision, flbt_unet.flags()):
        from worker.separation.own import Own
        from worker.separation.taken import kept_weights

        weights = kept_weights(checkpoint, stems, converting)
        if weights is not None:
            return Own(weights, BANDS[band], of)
        log.warning("%s is another network than we know: OpenVINO runs it", checkpoint.name)
    from worker.separation.compiled import load_compiled  # hundreds of milliseconds, and dozens of MB

    return load_compiled(checkpoint, stems, BANDS[band], precision, of, converting)


def is_in_bf16(precision: Literal["auto", "f32", "bf16"], flags: frozenset[str]) -> bool:
    """Whether a processor with `flags` is to compute in bf16, where our own kernels could do it in f32.

    Asked for, wherever the processor knows bf16, since anywhere else it would be slower and less exact. Of itself only
    where it gains much: elsewhere our f32 takes as long, and is exact.
    """
    match precision:
        case "f32":
            return False
        case "bf16":
            return bool(BF16_FLAGS & flags)
        case "auto":
            return bool(FAST_BF16_FLAGS & flags)
