"""The networks, compiled and run by OpenVINO: for processors that `flbt_unet` does not support.

OpenVINO's TensorFlow front end reads the graph, the networks between magnitudes and estimates are cut out of it, and
the result is cached beside the checkpoint in OpenVINO's format, which loads faster.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from jobs.models import Stem
from worker.separation.cache import checksums
from worker.separation.cache.derived import keep, weights_id
from worker.separation.pages import give_back
from worker.separation.runtime import ops, ov
from worker.separation.spleeter.graph import find_cut
from worker.separation.spleeter.spectrogram import CHANNELS, SEGMENT
from worker.separation.spleeter.subpixel import at_half_resolution

IR_FILES = ("networks.xml", "networks.bin")
GRAPH = 2  # version of the derived files


class OpenVINONetwork:
    """See `worker.separation.spleeter.network.Network`."""

    def __init__(self, model: ov.Model, core: ov.Core, threads: int) -> None:
        self.name = f"openvino {ov.__version__.split('-')[0]}"
        self.band = int(model.input(0).shape[-1])
        # One segment is in the network while another is transformed before or after it.
        self.lanes = min(threads, 2)
        self._own = threading.local()
        self._turn = threading.Lock()
        compiler = ThreadPoolExecutor(1, thread_name_prefix="compiler")
        self._compiled = compiler.submit(_compile, core, model, threads)
        compiler.shutdown(wait=False)

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `worker.separation.spleeter.network.Network`."""
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.result().create_infer_request()
        with self._turn:  # one segment at a time, on all threads of the runtime: its memory is needed only once
            self._own.request.infer({0: magnitudes}, share_inputs=True, share_outputs=True)
        estimates: NDArray[np.float32] = self._own.request.get_output_tensor(0).data
        return estimates


def _compile(core: ov.Core, model: ov.Model, threads: int) -> ov.CompiledModel:
    compiled = core.compile_model(
        model,
        "CPU",
        {
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "EXECUTION_MODE_HINT": "ACCURACY",
        },
    )
    give_back(IR_FILES[1])  # the compiled model has its own copy of the weights
    return compiled


def load_openvino(
    checkpoint: Path,
    stems: Sequence[Stem],
    band: int,
    threads: int,
    converting: Callable[[], None] = lambda: None,
) -> OpenVINONetwork:
    """The networks of a checkpoint folder, for `band` bins. See `worker.separation.spleeter.network.load_network`."""
    return OpenVINONetwork(runtime_model(checkpoint, stems, band, converting), ov.Core(), threads)


def runtime_model(
    checkpoint: Path, stems: Sequence[Stem], band: int, converting: Callable[[], None] = lambda: None
) -> ov.Model:
    """The networks from the folder beside the checkpoint, converted first when missing or not intact."""
    folder = checkpoint / f"openvino-{ov.__version__.split('-')[0]}-{weights_id(checkpoint)}-{band}-{GRAPH}"
    if checksums.is_intact(folder):
        return ov.Core().read_model(folder / IR_FILES[0])
    converting()
    model = convert(checkpoint, stems, band)
    keep(folder, IR_FILES, lambda ready: ov.save_model(model, ready / IR_FILES[0], compress_to_fp16=False))
    return model


def convert(checkpoint: Path, stems: Sequence[Stem], band: int) -> ov.Model:
    """The networks, cut out: magnitudes (2, SEGMENT, band) in, estimates (stems, 2, SEGMENT, band) out, float32.

    Spleeter's graph has channels last; OpenVINO and our spectra have channels first, so the transpositions added here
    cancel those that OpenVINO inserts.
    """
    model = _channels_first(read_graph(checkpoint, stems, band), band)
    at_half_resolution(model)
    return model


def read_graph(checkpoint: Path, stems: Sequence[Stem], band: int) -> ov.Model:
    """The networks as the front end reads them, channels last, with one result per stem."""
    from openvino.frontend import FrontEndManager  # needed once per checkpoint

    cut = find_cut(checkpoint / "model.meta", stems)
    front_end = FrontEndManager().load_by_framework("tf")
    try:
        graph = front_end.load(str(checkpoint / "model.meta"))
        magnitudes = graph.get_place_by_tensor_name(cut.magnitudes)
        graph.extract_subgraph(
            inputs=[magnitudes], outputs=[graph.get_place_by_tensor_name(name) for name in cut.estimates]
        )
        graph.set_partial_shape(magnitudes, ov.PartialShape([1, SEGMENT, band, CHANNELS]))
        return front_end.convert(graph)
    except RuntimeError as error:  # the base of OpenVINO's exceptions
        raise failed(Reason.MODEL_DAMAGED, f"{checkpoint.name} did not convert: {error}", stems=len(stems)) from None


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
