"""Runs the network on one segment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.failures import Reason, failed
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.checkpoints.values import UnreadableError
from worker.separation.htdemucs.graph import build
from worker.separation.htdemucs.shape import CHANNELS, SEGMENT, Shape
from worker.separation.htdemucs.spectrum import spectrogram, waveform
from worker.separation.pages import give_back
from worker.separation.runtime import ov

EPSILON = np.float32(1e-5)  # added to deviations, as in `HTDemucs.forward`


class HTDemucsNetwork:
    """A network that is compiled in the background. `sources`: the number of its stems.

    `bf16`: of the transformer's matrix products; by default where the processor has it.
    """

    def __init__(self, weights: Path, shape: Shape, threads: int, *, bf16: bool | None = None) -> None:
        core = ov.Core()
        if bf16 is None:
            bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.name = f"htdemucs openvino {ov.__version__.split('-')[0]}" + (" bf16" if bf16 else "")
        self.sources = len(shape.sources)
        compiler = ThreadPoolExecutor(1, thread_name_prefix="compiler")
        self._request = compiler.submit(_compile, core, weights, shape, threads, bf16)
        compiler.shutdown(wait=False)

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sources of one segment: (2, SEGMENT) to (sources, 2, SEGMENT), in the network's order.

        Raises `Failed` with MODEL_DAMAGED.
        """
        request = self._request.result()
        spectrum = spectrogram(samples)
        mean, deviation = level(spectrum)
        mean_t, deviation_t = level(samples)
        spectrum -= mean
        spectrum /= deviation + EPSILON
        request.infer(
            {0: spectrum, 1: ((samples - mean_t) / (deviation_t + EPSILON))[None]},
            share_inputs=True,
            share_outputs=True,
        )
        parts = request.get_output_tensor(0).data.reshape(self.sources, 2 * CHANNELS, *spectrum.shape[2:])
        stems = request.get_output_tensor(1).data.reshape(self.sources, CHANNELS, SEGMENT) * deviation_t
        stems += mean_t
        for number, part in enumerate(parts):
            stems[number] += waveform(part * deviation + mean)
        return stems  # type: ignore[no-any-return]  # OpenVINO is not typed


def level(values: NDArray[np.float32]) -> tuple[np.float32, np.float32]:
    """Mean and deviation, by n - 1, of all numbers."""
    mean = values.mean(dtype=np.float64)
    square = np.square(values, dtype=np.float64).mean() - mean**2
    deviation = np.sqrt(max(square, 0.0) * values.size / (values.size - 1))
    return np.float32(mean), np.float32(deviation)


def _compile(core: ov.Core, weights: Path, shape: Shape, threads: int, bf16: bool) -> ov.InferRequest:
    try:
        model = build(read_checkpoint(weights).tensors, shape, bf16=bf16)
    except UnreadableError as error:
        raise failed(Reason.MODEL_DAMAGED, f"{weights}: {error}", stems=len(shape.sources)) from None
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
    give_back(weights.name)  # the compiled model has its own copy of the weights
    return compiled.create_infer_request()
