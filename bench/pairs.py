"""Compares this checkout with another one: `python -m bench.pairs OTHER [--runs 5]`.

OTHER is a checkout of another commit with an environment of its own (`git worktree add OTHER COMMIT`, `uv sync`). Each
command runs in turn on both sides, on data folders of their own that have the weights. Prints medians of wall time and
of processor time, user and system, of the command and all its processes.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.demo import write_demo_song

HERE = Path(__file__).parent.parent
LENGTHS = {"0:30": 30.0, "4:00": 240.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    asked = parser.parse_args()
    sides = {"other": asked.other.absolute(), "this": HERE}
    with TemporaryDirectory(prefix="fl-bt-pairs-") as scratch:
        folder = Path(scratch)
        commands = {"--help": ["--help"], "doctor": ["doctor"]}
        for name, seconds in LENGTHS.items():
            song = folder / f"{seconds:.0f}.wav"
            write_demo_song(song, seconds)
            for format_ in ("flac", "mp3"):
                commands[f"{name} {format_}"] = ["separate", str(song), "--format", format_]
        for name, words in commands.items():
            if asked.only in name:
                _compare(name, words, sides, folder, asked.runs)


def _compare(name: str, words: list[str], sides: dict[str, Path], folder: Path, runs: int) -> None:
    took: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for run in range(runs + 1):
        for side, checkout in sides.items():
            one = _run(checkout, words, folder / side)
            if run:  # the first fills caches
                took[side].append(one)
    row = {
        side: {
            what: round(statistics.median(one[at] for one in took[side]), 3) for at, what in enumerate(("wall", "cpu"))
        }
        for side in sides
    }
    ratio = {
        what: round(statistics.median(b[at] / a[at] for a, b in zip(took["other"], took["this"], strict=True)), 3)
        for at, what in enumerate(("wall", "cpu"))
    }
    print(json.dumps({"row": name, **row, "ratio": ratio}), flush=True)


def _run(checkout: Path, words: list[str], data: Path) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    shutil.rmtree(data / "store", ignore_errors=True)
    shutil.rmtree(data / "out", ignore_errors=True)
    data.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLBT_", "PYTHON", "VIRTUAL"))}
    output = ["--output", str(data / "out")] if words[0] == "separate" else []
    before, began = _used(), time.monotonic()
    done = subprocess.run(
        [str(checkout / ".venv" / "bin" / "fl-bt"), *words, *output], cwd=checkout, check=False,
        env=kept | {"FLBT_DATA": str(data)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode and words[0] != "doctor":
        sys.exit(f"{checkout}: fl-bt {' '.join(words)} ended with {done.returncode}")
    return time.monotonic() - began, _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
