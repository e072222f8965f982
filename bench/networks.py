"""`python -m bench.networks`: measures the networks beside Spleeter, with random weights of the true architecture.

A table of whole separations, each in a child as the worker runs it, and one of single segments in turn with torch, for
which `.ci/demucs` installs the references. On a busy machine the processor time counts, halved for two cores; with one
thread torch and OpenVINO compare fairly there, since torch's threads wait actively for each other.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import click
import numpy as np

from bench.engines import TAGS, Bench, song
from bench.watch import Run, run
from jobs.models import Model
from jobs.music.separation_models import MODELS
from tests.worker.separation.htdemucs import networks as htdemucs
from tests.worker.separation.scnet import networks as scnet
from worker.child.cgroups import cores
from worker.child.tasks import NetworkWanted, SeparationTask
from worker.separation.costs import processor
from worker.separation.htdemucs.network import HTDemucsNetwork
from worker.separation.htdemucs.shape import SHAPES
from worker.separation.installed import WEIGHTS
from worker.separation.installing import install
from worker.separation.scnet.network import SCNetNetwork
from worker.separation.segments.network import has_bf16

ROOT: Final = Path(__file__).parent.parent
REFERENCE: Final = (str(ROOT / ".venv-demucs" / "bin" / "python"), str(ROOT / "bench" / "reference.py"))
NETWORKS: Final = (*SHAPES, "scnet")


class Segment(NamedTuple):
    """What a network takes for one segment. `music`: seconds from segment to segment; `ready`: of
    processor time until it is compiled."""

    seconds: float
    cpu_seconds: float
    music: float
    ready: float


@click.command(help=__doc__)
@click.option("--model", "models", multiple=True, type=click.Choice(NETWORKS), help="Default: all.")
@click.option("--seconds", type=int, default=240, show_default=True, help="The length of the song; 0: no whole song.")
@click.option("--rounds", type=int, default=3, show_default=True, help="Of single segments; 0: none.")
@click.option("--threads", type=int, default=cores(), help="Of single segments. Default: every core.")
@click.option("--stand-in", is_flag=True, help="Nothing but the memory of an hour, with a stand-in for the network.")
def main(models: tuple[str, ...], seconds: int, rounds: int, threads: int, stand_in: bool) -> None:
    with TemporaryDirectory(prefix="fl-bt-networks-") as scratch:
        bench = Bench(Path(scratch), Path(scratch, "models"), 1)
        chosen = models or NETWORKS
        for name in chosen:
            _install(name, bench)
        print(f"{processor()}, {cores()} cores; load {Path('/proc/loadavg').read_text()[:14]}\n")
        if stand_in:
            _print("memory with a stand-in", ("4:00", "60:00"), [_without_network(name, bench) for name in chosen])
            return
        if rounds:
            segments = [row for name in chosen for row in _segments(name, bench.models_dir, rounds, threads)]
            columns = ("ready", "clock", "CPU", "CPU / 2 / music", "against torch")
            _print(f"one segment, {threads} threads", columns, segments)
        if seconds:
            whole = [row for name in chosen for row in _whole(name, bench, seconds)]
            _print(f"{seconds} s", ("clock", "CPU", "clock / music", "CPU / 2 / music", "memory", "on disk"), whole)


def _install(name: str, bench: Bench) -> None:
    file = bench.folder / "weights.safetensors"
    if name == "scnet":
        scnet.write_network(file)
    else:
        htdemucs.write_network(file, name)
    install(name, file, bench.models_dir)
    file.unlink()


def _segments(name: str, models_dir: Path, rounds: int, threads: int) -> list[tuple[str, ...]]:
    """Each way to run a network, in turn."""
    weights = models_dir / MODELS[name].key / WEIGHTS
    ways: dict[str, Callable[[], Segment]] = {}
    if name == "scnet":
        ways["f32"] = lambda: _segment(lambda: SCNetNetwork(weights, threads))
    else:
        ways["f32"] = lambda: _segment(lambda: HTDemucsNetwork(weights, SHAPES[name], threads, bf16=False))
        if has_bf16():
            ways["bf16"] = lambda: _segment(lambda: HTDemucsNetwork(weights, SHAPES[name], threads, bf16=True))
    ways["torch"] = lambda: _reference(name, threads)
    taken: dict[str, list[Segment]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, measure in ways.items():
            taken[way].append(measure())
            print(name, way, taken[way][-1], file=sys.stderr)
    middle = {way: Segment(*map(statistics.median, zip(*runs, strict=True))) for way, runs in taken.items()}
    return [
        (
            f"{name}, {way}",
            f"{one.ready:.2f} s" if one.ready else "–",
            f"{one.seconds:.2f} s",
            f"{one.cpu_seconds:.2f} s",
            f"{one.cpu_seconds / 2 / one.music:.2f}",
            f"{middle['torch'].cpu_seconds / one.cpu_seconds:.2f}×",
        )
        for way, one in middle.items()
    ]


def _segment(make: Callable[[], HTDemucsNetwork | SCNetNetwork]) -> Segment:
    begun = time.process_time()
    network = make()
    network._network._request.result()
    ready = time.process_time() - begun
    samples = np.random.default_rng(1).standard_normal((2, network.cut.segment), np.float32)
    network.estimate(samples)
    begun, cpu = time.monotonic(), time.process_time()
    for _ in range(2):
        network.estimate(samples)
    took, used = (time.monotonic() - begun) / 2, (time.process_time() - cpu) / 2
    return Segment(took, used, network.cut.stride / 44_100, ready)


def _reference(name: str, threads: int) -> Segment:
    told = subprocess.run([*REFERENCE, name, str(threads)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return Segment(**json.loads(told.splitlines()[-1]), ready=0.0)


def _whole(name: str, bench: Bench, seconds: int) -> list[tuple[str, ...]]:
    """A song of `seconds`, in each precision that the processor has."""
    rows: list[tuple[str, ...]] = []
    children = {"f32": "bench.exact_child", "bf16": "worker.separation"}
    for way in ("f32",) if name == "scnet" or not has_bf16() else ("f32", "bf16"):
        took = _child(name, bench, seconds, children[way])
        disk = sum(path.stat().st_size for path in (bench.models_dir / MODELS[name].key).rglob("*") if path.is_file())
        rows.append(
            (
                f"{name}, {way}",
                f"{took.seconds:.0f} s",
                f"{took.cpu_seconds:.0f} s",
                f"{took.seconds / seconds:.2f}",
                f"{took.cpu_seconds / 2 / seconds:.2f}",
                f"{took.peak_bytes / 1e6:.0f} MB",
                f"{disk / 1e6:.0f} MB",
            )
        )
        print(*rows[-1], file=sys.stderr)
    return rows


def _without_network(name: str, bench: Bench) -> tuple[str, ...]:
    """The memory of four minutes and of an hour, with everything but the network."""
    peaks = [_child(name, bench, seconds, "bench.stand_in_child").peak_bytes for seconds in (240, 3600)]
    return name, *(f"{peak / 1e6:.0f} MB" for peak in peaks)


def _child(name: str, bench: Bench, seconds: int, module: str) -> Run:
    with TemporaryDirectory(dir=bench.folder) as output:
        task = SeparationTask(
            audio=song(bench, seconds),
            output=Path(output),
            network=NetworkWanted(model=Model(name=name), models_dir=bench.models_dir),
            tags=TAGS,
            max_seconds=seconds + 1,
        )
        return run(module, task, bench.bytecode)[0]


def _print(title: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    print(f"| {title} | {' | '.join(columns)} |\n{'| --- ' * (len(columns) + 1)}|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


if __name__ == "__main__":
    main()
