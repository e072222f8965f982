"""The stock `spleeter` package as an engine: the reference of the tests, and a choice for people who want the original.

Uses the package's Python interface on our decoded samples and fetched weights. It works on the whole song at once, so
its memory grows with the song. It needs the dependency group `spleeter`.
"""

import contextlib
import importlib.util
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from jobs.failures import Reason, failed
from jobs.models import Model
from worker.audio.sound import SAMPLE_RATE
from worker.child.cgroups import cores
from worker.child.messages import Step
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Decode, Report
from worker.separation.residual import Residual
from worker.separation.samples import Samples
from worker.separation.spleeter.network import BANDS
from worker.separation.spleeter.spectrogram import ADVANCE
from worker.separation.spleeter.weights import FILES, ensure_weights, have_weights

HEARTBEAT = 1.0  # seconds between two reports


class StockSpleeter:
    """See `worker.separation.engine.Engine`. The package loads its model with the song."""

    def __init__(self, wanted: NetworkWanted) -> None:
        _require()
        self.name = f"spleeter {version('spleeter')}"
        self.residual = Residual()
        self._wanted = wanted

    def has_weights(self) -> bool:
        return have_weights(self._wanted.model.name, self._wanted.models_dir)

    def fetch_weights(self, report: Report) -> Path:
        return ensure_weights(self._wanted.model.name, self._wanted.models_dir, report)

    def load(self, converting: Callable[[], None]) -> None:
        pass

    def separate(self, decode: Decode, scratch: Path, report: Report) -> Iterator[list[Samples]]:
        model = self._wanted.model
        checkpoint = self._wanted.models_dir / model.info.key
        return separate_blocks(decode(), checkpoint, model, scratch, self._wanted.threads, report, self.residual)


def _require() -> None:
    """Raises `Failed` with ENGINE_MISSING when the package is not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("spleeter", "tensorflow")):
        raise failed(Reason.ENGINE_MISSING, "the dependency group `spleeter` is not installed")


def separate_blocks(
    blocks: Iterable[Samples],
    checkpoint: Path,
    model: Model,
    scratch: Path,
    threads: int = 0,
    report: Report = lambda _: None,
    residual: Residual | None = None,
) -> Iterator[list[Samples]]:
    """The stems of a song, (samples, 2) each, in pieces of one segment, all of which come at the end.

    `scratch`: the caller's folder for temporary files; the caller removes it if this process is killed.
    """
    song = np.concatenate([np.zeros((0, 2), np.float32), *blocks])
    if len(song) == 0:
        return
    report(Step(separated=len(song) / SAMPLE_RATE))  # the package reports no progress
    with _heartbeat(report), tempfile.TemporaryDirectory(prefix=".spleeter-", dir=scratch) as folder:
        stems = _separator(Path(folder), checkpoint, model, threads).separate(song)
    for start in range(0, len(song), ADVANCE):
        piece = [np.ascontiguousarray(stems[stem][start : start + ADVANCE], np.float32) for stem in model.stems]
        if residual is not None:
            part = song[start : start + ADVANCE]
            residual.add(part, part - np.sum(piece, 0, np.float32))
        yield piece


def _separator(folder: Path, checkpoint: Path, model: Model, threads: int) -> Any:
    """The package's `Separator` for this model; `folder` is a temporary one, in use until the separation ends."""
    # TensorFlow reads these when it is loaded.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads or cores())
    from spleeter.separator import Separator
    from spleeter.utils.configuration import load_configuration

    # TensorFlow finds a checkpoint by a state file, which the weights' folder lacks.
    for name in FILES:
        (folder / name).symlink_to((checkpoint / name).absolute())
    (folder / "checkpoint").write_text('model_checkpoint_path: "model"\n', encoding="utf-8")
    configuration = load_configuration(f"spleeter:{model.info.key}") | {
        "model_dir": str(folder),
        "F": BANDS[model.band],
        "mask_extension": model.extension,
    }
    described = folder / "configuration.json"
    described.write_text(json.dumps(configuration), encoding="utf-8")
    return Separator(str(described), multiprocess=False)


@contextlib.contextmanager
def _heartbeat(report: Report) -> Iterator[None]:
    """Reports every second: the package reports nothing until it is done."""
    done = threading.Event()

    def beat() -> None:
        beats = 0
        while not done.wait(HEARTBEAT):
            beats += 1
            report(Step(alive=beats))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
