"""`python -m bench`: measures the figures of docs/performance.md on this machine.

It needs no network once the weights are stored.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar, get_args

import click

from bench import engines, peers, report, stages, studio
from bench.engines import Bench
from bench.watch import Run, environment, median
from jobs.music.separation_models import DEFAULT_MODEL, EngineName
from jobs.settings import load_settings
from worker.separation.spleeter.weights import ensure_weights

PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"
SIZES: Final = (30, 240, 600, 3600)
STEMS: Final[tuple[int, ...]] = (2, 5)

FigureT = TypeVar("FigureT")


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="One run, of songs of half a minute and two minutes.")
@click.option("--seconds", "sizes", type=int, multiple=True, help=f"Lengths of songs. Default: {SIZES}")
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="Runs of each, of which the median.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=PAGE, help="Where the page goes.")
@click.option("--peers/--no-peers", "with_peers", default=True, help="Install and run other packages, too (7 GB).")
def main(quick: bool, sizes: tuple[int, ...], runs: int, output: Path, with_peers: bool) -> None:
    sizes = sizes or ((30, 120) if quick else SIZES)
    runs = 1 if quick else runs
    longer = 120 if quick else 240
    models_dir = load_settings().models_dir
    ensure_weights(DEFAULT_MODEL, models_dir)
    before = os.getloadavg()[0]
    with TemporaryDirectory(prefix="fl-bt-bench-") as folder:
        bench = Bench(Path(folder), models_dir, runs)
        for engine in get_args(EngineName):  # compiles all Python modules, and converts the models
            engines.separate(bench, 12, bench.folder / engine, engine=engine)
        flac = [_said(f"{seconds} s", engines.compare(bench, seconds)) for seconds in sizes]
        mp3 = _said("MP3", engines.compare(bench, longer, mp3=True))
        where = _said("stages", stages.look(engines.song(bench, longer), models_dir, bench.bytecode))
        stems = _said("stems", _stems(bench, longer))
        work = _said("worker", asyncio.run(studio.look(bench, longer)))
        others = _said("peers", peers.compare(bench, longer)) if with_peers else None
        load = (before, os.getloadavg()[0])
        report.write(report.Figures(flac, mp3, where, stems, longer, work, others, runs, load), output)
    print(output.read_text(encoding="utf-8"))


def _stems(bench: Bench, longer: int) -> dict[int, tuple[Run, Run]]:
    """2 and 5 stems, of a short song and a longer one."""
    written = bench.folder / "models"
    # In a process of its own: TensorFlow keeps its memory.
    write = "import sys; from pathlib import Path; from tests.oracle.answers import write_weights"
    subprocess.run(
        [sys.executable, "-c", f"{write}; write_weights(5, Path(sys.argv[1]))", str(written / "5stems")],
        check=True, env=environment(bench.bytecode), cwd=PAGE.parent.parent, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    taken: dict[int, tuple[list[Run], list[Run]]] = {count: ([], []) for count in STEMS}
    for turn in range(bench.runs + 1):  # the first converts the model
        for count in STEMS:
            for runs, seconds in zip(taken[count], (30, longer), strict=True):
                with TemporaryDirectory(dir=bench.folder) as folder:
                    models = written if count == 5 else bench.models_dir
                    run = engines.separate(bench, seconds, Path(folder, "stems"), stems=count, models_dir=models)
                    if turn:
                        runs.append(run)
    return {count: (median(short), median(long)) for count, (short, long) in taken.items()}


def _said(what: str, figure: FigureT) -> FigureT:
    print(f"{what}: {figure}", file=sys.stderr)
    return figure


if __name__ == "__main__":
    main()
