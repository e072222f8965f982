"""A model that is not one of Spleeter's: a row for the table, and an engine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from jobs.music.separation_models import MODELS, ModelInfo
from jobs.music.stems import Stem
from worker.child.messages import Step
from worker.child.tasks import NetworkWanted
from worker.separation import engines
from worker.separation.engine import Decode, Report
from worker.separation.residual import Residual
from worker.separation.samples import Samples

NAME: Final = "toy-3"
WEIGHTS: Final = "gains.txt"

INFO: Final = ModelInfo(
    stems=(Stem.VOCALS, Stem.BASS, Stem.DRUMS), family="toy", code="3T", key="toy", title="Toy",
    resident_mb=100, address_mb=100,
)  # fmt: skip


class Toy:
    """Each stem is the song times a gain. The gains add up to 1."""

    name = "toy 1.0"

    def __init__(self, wanted: NetworkWanted) -> None:
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
        for block in decode():
            yield [block * gain for gain in self._gains]


def add() -> None:
    """Adds the model to both tables of this process."""
    MODELS[NAME] = INFO
    engines.ENGINES[INFO.family] = Toy
