"""Compiles and runs a network."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.checkpoints.values import Tensor, UnreadableError
from worker.separation.pages import give_back
from worker.separation.runtime import ov

Build = Callable[[Mapping[str, Tensor]], ov.Model]


class CompiledNetwork:
    """A network from the weights of a file, compiled in the background.

    `build` makes the graph, and raises `UnreadableError` where the tensors are not those of this network.
    """

    def __init__(self, weights: Path, build: Build, threads: int, stems: int) -> None:
        compiler = ThreadPoolExecutor(1, thread_name_prefix="compiler")
        self._request = compiler.submit(_compile, weights, build, threads, stems)
        compiler.shutdown(wait=False)

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The outputs, which are valid until the next run. Raises `Failed` with MODEL_DAMAGED."""
        request: Any = self._request.result()
        request.infer(dict(enumerate(inputs)), share_inputs=True, share_outputs=True)
        return [request.get_output_tensor(number).data for number in range(len(request.model_outputs))]


def has_bf16() -> bool:
    """Whether the processor multiplies bf16."""
    return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def runtime_name() -> str:
    """The runtime and its version, for logs and for the manifest."""
    return f"openvino {ov.__version__.split('-')[0]}"


def _compile(weights: Path, build: Build, threads: int, stems: int) -> ov.InferRequest:
    try:
        model = build(read_checkpoint(weights).tensors)
    except UnreadableError as error:
        raise failed(Reason.MODEL_DAMAGED, f"{weights}: {error}", stems=stems) from None
    compiled = ov.Core().compile_model(
        model,
        "CPU",
        {
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "EXECUTION_MODE_HINT": "ACCURACY",
        },
    )
    give_back(weights.name)  # the compiled model has its own copy of the weights
    return compiled.create_infer_request()
