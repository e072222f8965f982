"""The processor time of a whole `fl-bt separate`, process by process, beside its separation child alone.

`python -m bench.whole [--runs 3]`: both in turn on the same songs; medians. The child alone starts anew and encodes
FLAC, and MP3 along with it where the command does.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.engines import Bench, separate
from bot.cli.demo import write_demo_song
from jobs.settings import load_settings
from worker.separation.spleeter.weights import ensure_weights

LENGTHS: Final = {"0:30": 30, "4:00": 240}
LOOK: Final = (
    0.02  # seconds between two looks at all processes; what a process does after the last one is not in its row
)
TICK: Final = os.sysconf("SC_CLK_TCK")
#: Names of the processes, by what their command lines have in them; a forked child has its module's.
NAMES: Final = {
    "fl-bt": "the command", "valkey_guard": "the queue's guard", "valkey-server": "the queue",
    "-m worker run": "the worker", "fork_server": "the fork server", "......": "the fork server",
    "worker.separation": "the separation child", "worker.sources": "the fetching child",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    asked = parser.parse_args()
    models = load_settings().models_dir
    ensure_weights("spleeter-2", models)
    with TemporaryDirectory(prefix="fl-bt-whole-") as scratch:
        bench = Bench(Path(scratch), models, asked.runs)
        for length, seconds in LENGTHS.items():
            song = bench.folder / f"{seconds}.wav"
            write_demo_song(song, seconds)
            for format_ in ("flac", "mp3"):
                if asked.only in (name := f"{length} {format_}"):
                    _measure(name, bench, song, seconds, format_)


def _measure(name: str, bench: Bench, song: Path, seconds: int, format_: str) -> None:
    rows: list[tuple[float, float, dict[str, float]]] = []
    for _ in range(bench.runs + 1):  # the first fills caches
        with TemporaryDirectory(dir=bench.folder) as folder:
            whole, parts = _whole(song, Path(folder), bench.models_dir, format_)
            alone = separate(bench, seconds, Path(folder, "alone"), mp3=format_ == "mp3").cpu_seconds
        rows.append((whole, alone, parts))
    rows = rows[1:]
    whole, alone = statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)
    ratio = statistics.median(row[0] / row[1] for row in rows)
    print(f"{name}: whole {whole:.2f} s, the child alone {alone:.2f} s, ratio {ratio:.2f}")
    for process in sorted({process for *_, parts in rows for process in parts}):
        print(f"    {statistics.median(parts.get(process, 0.0) for *_, parts in rows):6.2f} s {process}", flush=True)


def _whole(song: Path, folder: Path, models: Path, format_: str) -> tuple[float, dict[str, float]]:
    """Seconds of the processor: of all processes together as the kernel counts them, and of each as seen at last."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLBT_", "PYTHON"))}
    before = _used()
    command = subprocess.Popen(
        [str(Path(sys.executable).with_name("fl-bt")), "separate", str(song), "--format", format_, "--output",
         str(folder / "out")],
        env=kept | {"FLBT_DATA": str(folder / "data"), "FLBT_MODELS": str(models)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seen: dict[int, tuple[str, float]] = {}
    while command.poll() is None:
        for pid in _family(command.pid):
            _look(pid, seen)
        time.sleep(LOOK)
    if command.returncode:
        sys.exit(f"fl-bt separate ended with {command.returncode}")
    shutil.rmtree(folder / "out")
    parts: dict[str, float] = defaultdict(float)
    for line, seconds in seen.values():
        parts[next((name for part, name in NAMES.items() if part in line), "others")] += seconds
    return _used() - before, parts


def _family(pid: int) -> list[int]:
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    except OSError:  # it has ended
        pass
    return found


def _look(pid: int, seen: dict[int, tuple[str, float]]) -> None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        line = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return
    # Fields 14 and 15 of proc_pid_stat(5). A process that ends has no command line any more.
    seen[pid] = line or seen.get(pid, ("", 0.0))[0], (int(fields[11]) + int(fields[12])) / TICK


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
