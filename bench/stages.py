"""Measures the stages of one separation, and the network's share of the processor's peak rate.

`python -m bench.stages SONG MODELS` is the measured process; it prints one line of JSON.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psutil

from bench.watch import environment
from tests.models import STEMS


class Stages(NamedTuple):
    """Figures of one f32 separation: seconds of the processor by stage, and the network's speed."""

    seconds: float  # of the whole, from the process's start
    cpu_seconds: float
    network_seconds: float  # by the clock, all segments
    cpu_by_stage: dict[str, float]
    segment_seconds: float  # the network alone, best of ten
    gflop: float  # of one segment
    builds: dict[str, list[float]]  # by instruction set: see `_builds`

    @property
    def rest(self) -> float:
        """The share of the time in which the network does not run."""
        return 1 - self.network_seconds / self.seconds


def look(song: Path, models_dir: Path, bytecode: Path) -> Stages:
    """Run one separation in a separate process and measure its stages."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.stages", str(song), str(models_dir)],
        check=True, stdout=subprocess.PIPE, env=environment(bytecode), cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    return Stages(**json.loads(said.stdout.splitlines()[-1]))


class _Clock:
    """Processor time and wall time of wrapped functions, by stage."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}
        self._lock = threading.Lock()

    def wrap(self, owner: Any, name: str, stage: str) -> None:
        inner: Callable[..., Any] = getattr(owner, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            cpu, wall = time.thread_time(), time.monotonic()
            try:
                return inner(*arguments, **named)
            finally:
                self.add(stage, time.thread_time() - cpu, time.monotonic() - wall)

        setattr(owner, name, timed)

    def add(self, stage: str, cpu: float, wall: float) -> None:
        with self._lock:
            self.cpu[stage] = self.cpu.get(stage, 0.0) + cpu
            self.wall[stage] = self.wall.get(stage, 0.0) + wall

    def iterate(self, inner: Iterator[Any], stage: str) -> Iterator[Any]:
        while True:
            cpu, wall = time.thread_time(), time.monotonic()
            element = next(inner, None)
            self.add(stage, time.thread_time() - cpu, time.monotonic() - wall)
            if element is None:
                return
            yield element


def _main(song: Path, models_dir: Path) -> None:
    import flbt_unet

    from jobs.models import Model
    from jobs.results import Tags
    from worker.audio.reading import Song
    from worker.child.tasks import NetworkWanted, SeparationTask
    from worker.separation import run, stem_files
    from worker.separation.spleeter import network, openvino_network

    clock = _Clock()
    started = time.process_time()  # time before this line: Python, and the imports
    clock.wrap(flbt_unet.Spectra, "spectrum", "STFT")
    clock.wrap(flbt_unet.Spectra, "stems", "masks and inverse")
    clock.wrap(stem_files._Stem, "write", "encode")
    clock.wrap(run, "draw", "picture")
    blocks = Song.blocks
    Song.blocks = lambda self: clock.iterate(blocks(self), "decode")  # type: ignore[method-assign]
    clock.wrap(flbt_unet.UNets, "compute", "network")
    loaded: list[network.Network] = []
    load = network.load_network

    def load_network(*arguments: Any, **named: Any) -> network.Network:
        before = time.process_time()
        loaded.append(load(*arguments, **named))
        clock.add("start", time.process_time() - before, 0.0)
        return loaded[0]

    setattr(network, "load_network", load_network)  # noqa: B010 - where the engine finds it
    with TemporaryDirectory() as output:
        task = SeparationTask(
            audio=song, output=Path(output), network=NetworkWanted(model=Model(), models_dir=models_dir),
            tags=Tags(title="Song"), max_seconds=1e6,
        )  # fmt: skip
        run.run(task, lambda _: None)
    seconds = time.time() - psutil.Process().create_time()
    cpu = time.process_time()
    clock.cpu["start"] += started
    clock.cpu.pop("network")  # of its first thread only
    clock.cpu["network and the rest"] = cpu - sum(clock.cpu.values())
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu_seconds": cpu,
                "network_seconds": clock.wall["network"],
                "cpu_by_stage": dict(clock.cpu),
                "segment_seconds": _alone(loaded[0]),
                "gflop": gflop(openvino_network.runtime_model(models_dir / "2stems", STEMS[2], 1024)),
                "builds": _builds(models_dir / "2stems"),
            }
        )
    )


def _alone(network: Any) -> float:
    """Seconds of one segment in the network while nothing else runs."""
    import numpy as np

    from worker.separation.spleeter.spectrogram import SEGMENT

    magnitudes = np.abs(np.random.default_rng(0).standard_normal((2, SEGMENT, network.band))).astype(np.float32)
    times = []
    for _ in range(10):
        began = time.monotonic()
        network.estimate(magnitudes)
        times.append(time.monotonic() - began)
    return min(times)


def gflop(model: Any) -> float:
    """Multiplications and additions of all convolutions of a model, in thousands of millions."""
    from math import prod

    total = 0
    for operation in model.get_ops():
        kind = operation.get_type_name()
        if kind in ("Convolution", "ConvolutionBackpropData"):
            # Filters are (out, in, height, width), of transposed convolutions (in, out, height, width): every value of
            # the smaller picture is multiplied by every filter value of its channel.
            filters = operation.input(1).get_shape()
            picture = operation.output(0).get_shape() if kind == "Convolution" else operation.input(0).get_shape()
            total += 2 * prod(picture) * prod(filters) // filters[0]
    return total / 1e9


def _builds(checkpoint: Path) -> dict[str, list[float]]:
    """GFLOP/s of each build on one thread: registers alone, products alone, and the products of a segment.

    A segment takes more time than its products: tiles and large weights are transformed.
    """
    import flbt_unet
    import numpy as np
    from flbt_unet.rates import rates

    from worker.separation.spleeter.spectrogram import SEGMENT
    from worker.separation.spleeter.unet_weights import kept_weights

    weights = kept_weights(checkpoint, STEMS[2], lambda: None)
    assert weights is not None
    magnitudes = np.abs(np.random.default_rng(0).standard_normal((2, SEGMENT, 1024))).astype(np.float32)
    found: dict[str, list[float]] = {}
    for instructions in flbt_unet.instruction_sets():
        unets = flbt_unet.UNets(*weights, rows=SEGMENT, columns=1024, threads=1, instructions=instructions)
        times = []
        for _ in range(10):
            began = time.thread_time()
            unets.estimate(magnitudes)
            times.append(time.thread_time() - began)
        found[instructions] = [*rates(instructions), 2e-9 * unets.products / min(times)]
    return found


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
