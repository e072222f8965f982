"""Models that are not of Spleeter's: rows for the table, and an engine. One is slow, and has to be installed."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from jobs.failures import Reason, failed
from jobs.music.separation_models import MODELS, ModelInfo
from jobs.music.stems import Stem
from worker.child.messages import Step
from worker.child.tasks import NetworkWanted
from worker.separation import engines
from worker.separation.engine import Decode, Report
from worker.separation.residual import Residual
from worker.separation.samples import Samples

NAME: Final = "toy-3"
SLOW: Final = "toy-slow"
WEIGHTS: Final = "gains.txt"
HELD: Final = "held"  # a file in the folder of the weights: a separation waits until it is gone

INFO: Final = ModelInfo(
    stems=(Stem.VOCALS, Stem.BASS, Stem.DRUMS), family="toy", code="3T", key="toy", title="Toy",
    resident_mb=100, address_mb=100,
)  # fmt: skip
SLOW_INFO: Final = INFO._replace(
    family="toy-slow", code="3S", key="toy-slow", title="Slow Toy", cost=1.0, fetched_on_use=False
)


class Toy:
    """Each stem is the song times a gain. The gains add up to 1."""

    name = "toy 1.0"

    def __init__(self, wanted: NetworkWanted) -> None:
        self._wanted = wanted
        self._weights = wanted.models_dir / wanted.model.info.key / WEIGHTS
        self._gains: list[float] = []
        self.residual = Residual()

    def has_weights(self) -> bool:
        return self._weights.is_file()

    def fetch_weights(self, report: Report) -> Path:
        if not self.has_weights():
            report(Step(note="model"))
            self._weights.parent.mkdir(parents=True)
            self._weights.write_text("0.5 0.25 0.25")
        return self._weights.parent

    def load(self, converting: Callable[[], None]) -> None:
        self._gains = [float(gain) for gain in self._weights.read_text().split()]

    def separate(self, decode: Decode, _scratch: Path, _report: Report) -> Iterator[list[Samples]]:
        while (self._weights.parent / HELD).exists():
            time.sleep(0.02)
        for block in decode():
            yield [block * gain for gain in self._gains]


class SlowToy(Toy):
    def fetch_weights(self, _report: Report) -> Path:
        if not self.has_weights():
            raise failed(Reason.MODEL_MISSING, "no weights", model=self._wanted.model.name)
        return self._weights.parent


def install(models_dir: Path, name: str, *, held: bool = False) -> Path:
    """Installs a model's weights. Returns the file that holds its separations, which is there if they are `held`."""
    folder = models_dir / MODELS[name].key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_text("0.5 0.25 0.25")
    if held:
        (folder / HELD).touch()
    return folder / HELD


def add() -> None:
    """Adds the model to both tables of this process."""
    MODELS[NAME] = INFO
    engines.ENGINES[INFO.family] = Toy


def add_slow() -> None:
    """Adds the slow model, too."""
    add()
    MODELS[SLOW] = SLOW_INFO
    engines.ENGINES[SLOW_INFO.family] = SlowToy
