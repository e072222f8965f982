"""Engines of Spleeter's models: `flbt_unet` or OpenVINO on Deezer's checkpoint, or the reference package."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from worker.child.tasks import NetworkWanted
from worker.separation.engine import Decode, Engine, Report
from worker.separation.residual import Residual
from worker.separation.spleeter.weights import ensure_weights, have_weights

if TYPE_CHECKING:
    from worker.separation.samples import Samples
    from worker.separation.spleeter.network import Network


def spleeter_engine(wanted: NetworkWanted) -> Engine:
    """The configured engine. Raises `Failed` with ENGINE_MISSING when it is the package, and that is not installed."""
    if wanted.engine == "spleeter":
        from worker.separation.spleeter.stock import StockSpleeter

        return StockSpleeter(wanted)
    return NetworkEngine(wanted)


class NetworkEngine:
    """See `worker.separation.engine.Engine`. `network` is set by `load`."""

    def __init__(self, wanted: NetworkWanted) -> None:
        self.network: Network | None = None
        self.residual = Residual()
        self._wanted = wanted

    @property
    def name(self) -> str:
        """The first word is the configured engine, even if another one ran: their stems are alike."""
        assert self.network is not None
        name = self.network.name
        return name if name.startswith(self._wanted.engine) else f"{self._wanted.engine} {name}"

    def has_weights(self) -> bool:
        return have_weights(self._wanted.model.name, self._wanted.models_dir)

    def fetch_weights(self, report: Report) -> Path:
        return ensure_weights(self._wanted.model.name, self._wanted.models_dir, report)

    def load(self, converting: Callable[[], None]) -> None:
        if self.network is not None:
            return
        from worker.separation.spleeter.network import load_network  # arrays and runtimes

        model = self._wanted.model
        assert self._wanted.engine != "spleeter"
        self.network = load_network(
            self._wanted.models_dir / model.info.key,
            model.stems,
            model.band,
            engine=self._wanted.engine,
            threads=self._wanted.threads,
            converting=converting,
        )

    def separate(self, decode: Decode, _scratch: Path, _report: Report) -> "Iterator[list[Samples]]":
        from worker.separation.spleeter.stream import separate_blocks

        assert self.network is not None
        return separate_blocks(decode(), self.network, self._wanted.model.extension, self.residual)
