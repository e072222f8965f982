"""The networks, run by OpenVINO on the checkpoint as Deezer published it; no TensorFlow.

OpenVINO's TensorFlow front end reads the graph, the networks between magnitudes and estimates are cut out of it, and
the result is kept beside the checkpoint in OpenVINO's own format, which loads faster.
"""

import logging
import math
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from jobs.models import StemCount
from worker.separation import seal
from worker.separation.graph import find_cut
from worker.separation.lock import only_one
from worker.separation.pages import give_back
from worker.separation.phases import at_half_resolution
from worker.separation.runtime import ops, ov
from worker.separation.spectrogram import CHANNELS, SEGMENT

log = logging.getLogger(__name__)

Precision = Literal["f32", "bf16"]

#: Bins the network looks at: Spleeter's F.
BANDS: dict[Literal["11k", "16k"], int] = {"11k": 1024, "16k": 1536}
IR_FILES = ("networks.xml", "networks.bin")
GRAPH = 2  # counts up when what we make of a checkpoint changes


class Network:
    """All networks of one model, for as many threads at once as there are `lanes`.

    `band` is the number of bins they look at; `precision` is what they run in: bf16 where it was wanted and the
    processor has it, f32 otherwise. They are made ready for the processor beside whatever the caller does next.
    """

    def __init__(self, model: ov.Model, core: ov.Core, precision: Precision, threads: int) -> None:
        self.precision = precision
        self.band = int(model.input(0).shape[-1])
        # While one segment is in the network another one is on its way to it or from it.
        self.lanes = min(threads, 2)
        self._own = threading.local()
        self._turn = threading.Lock()
        compiler = ThreadPoolExecutor(1, thread_name_prefix="compiler")
        self._compiled = compiler.submit(_compile, core, model, precision, threads)
        compiler.shutdown(wait=False)

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """The magnitudes of each stem, (stems, 2, SEGMENT, band), from those of the mix, (2, SEGMENT, band).

        The answer is the runtime's own memory, good until the same thread's next call.
        """
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.result().create_infer_request()
        with self._turn:  # every thread of the runtime's for one segment: its memory is needed only once
            self._own.request.infer({0: magnitudes}, share_inputs=True, share_outputs=True)
        estimates: NDArray[np.float32] = self._own.request.get_output_tensor(0).data
        return estimates


def _compile(core: ov.Core, model: ov.Model, precision: Precision, threads: int) -> ov.CompiledModel:
    compiled = core.compile_model(
        model,
        "CPU",
        {
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": precision,
            "EXECUTION_MODE_HINT": "ACCURACY" if precision == "f32" else "PERFORMANCE",
        },
    )
    give_back(IR_FILES[1])  # compiled, the weights are laid out anew, and the file is not read again
    return compiled


def load_network(
    checkpoint: Path,
    stems: StemCount,
    band: Literal["11k", "16k"],
    *,
    precision: Literal["auto", "f32", "bf16"] = "auto",
    threads: int = 0,
    converting: Callable[[], None] = lambda: None,
) -> Network:
    """The networks of a checkpoint folder; `converting` is called when that takes longer because it is the first time.

    `threads` 0 means every core that we may use. bf16 is taken only where the processor computes in it, since
    anywhere else it would be slower and less exact. Raises `Failed` with MODEL_DAMAGED when it is not Spleeter's graph.
    """
    core = ov.Core()
    has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    chosen: Precision = "bf16" if has_bf16 and precision != "f32" else "f32"
    model = _load(core, checkpoint, stems, BANDS[band], converting)
    return Network(model, core, chosen, threads or cores())


def runtime_model(checkpoint: Path, stems: StemCount, band: Literal["11k", "16k"]) -> ov.Model:
    """The networks as the runtime reads them, not compiled: for who wants to count what is in them."""
    return _load(ov.Core(), checkpoint, stems, BANDS[band], lambda: None)


def cores() -> int:
    """Cores this process may use: those it may run on, and no more than the control group's share of time."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(own, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no control group, or no limit ("max")
        return own


def _load(core: ov.Core, checkpoint: Path, stems: StemCount, band: int, converting: Callable[[], None]) -> ov.Model:
    """The networks from the folder beside the checkpoint, converted first when they are not there or not intact."""
    weights = seal.sha256_of(checkpoint / "model.index")[:8]  # the index holds the checksum of every tensor
    folder = checkpoint / f"openvino-{ov.__version__.split('-')[0]}-{weights}-{band}-{GRAPH}"
    if seal.is_intact(folder):
        return core.read_model(folder / IR_FILES[0])
    converting()
    model = convert(checkpoint, stems, band)
    try:
        with only_one(checkpoint / ".converting.lock"):
            _keep(model, folder)
    except OSError as error:  # read-only or full: it works without
        log.warning("the converted model could not be kept in %s: %r", folder, error)
    return model


def _keep(model: ov.Model, folder: Path) -> None:
    """Write the converted model to `folder`, whole or not at all; called under the lock."""
    if seal.is_intact(folder):  # by someone we waited for
        return
    for leftover in folder.parent.glob(".openvino-*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=".openvino-", dir=folder.parent) as draft:
        ready = Path(draft, "ready")
        ready.mkdir()
        ov.save_model(model, ready / IR_FILES[0], compress_to_fp16=False)
        seal.seal(ready, IR_FILES)
        shutil.rmtree(folder, ignore_errors=True)
        ready.rename(folder)


def convert(checkpoint: Path, stems: StemCount, band: int) -> ov.Model:
    """The networks alone: magnitudes (2, SEGMENT, band) in, estimates (stems, 2, SEGMENT, band) out, float32.

    Spleeter's graph has channels last; the runtime computes with channels first, as our spectra are, so the
    transpositions put here cancel those inside.
    """
    from openvino.frontend import FrontEndManager  # needed once in the life of a checkpoint

    cut = find_cut(checkpoint / "model.meta", stems)
    front_end = FrontEndManager().load_by_framework("tf")
    try:
        graph = front_end.load(str(checkpoint / "model.meta"))
        magnitudes = graph.get_place_by_tensor_name(cut.magnitudes)
        graph.extract_subgraph(
            inputs=[magnitudes], outputs=[graph.get_place_by_tensor_name(name) for name in cut.estimates]
        )
        graph.set_partial_shape(magnitudes, ov.PartialShape([1, SEGMENT, band, CHANNELS]))
        networks = front_end.convert(graph)
    except RuntimeError as error:  # what OpenVINO's failures derive from
        raise failed(Reason.MODEL_DAMAGED, f"{checkpoint.name} did not convert: {error}", stems=stems) from None
    model = _channels_first(networks, band)
    at_half_resolution(model)
    return model


def _channels_first(networks: ov.Model, band: int) -> ov.Model:
    outer = ops.parameter([CHANNELS, SEGMENT, band], np.float32, name="magnitudes")
    inner = networks.get_parameters()[0]
    last = ops.transpose(ops.unsqueeze(outer, _ints(0)), _ints([0, 2, 3, 1]))
    for reader in inner.output(0).get_target_inputs():
        reader.replace_source_output(last.output(0))
    estimates: list[Any] = [
        ops.transpose(result.input_value(0), _ints([0, 3, 1, 2])) for result in networks.get_results()
    ]
    return ov.Model([ops.result(ops.concat(estimates, 0))], [outer], "spleeter")


def _ints(value: int | list[int]) -> Any:
    return ops.constant(np.array(value, np.int64))
