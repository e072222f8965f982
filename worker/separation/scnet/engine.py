"""The engine of SCNet."""

from pathlib import Path
from typing import TYPE_CHECKING

from worker.child.tasks import NetworkWanted
from worker.separation.scnet.shape import SOURCES
from worker.separation.segments.engine import SegmentEngine

if TYPE_CHECKING:
    from worker.separation.segments.stream import Estimator


def scnet_engine(wanted: NetworkWanted) -> SegmentEngine:
    """See `worker.separation.engines`."""

    def open_network(weights: Path, threads: int) -> "Estimator":
        from worker.separation.scnet.network import SCNetNetwork  # the runtime

        return SCNetNetwork(weights, threads)

    return SegmentEngine(wanted, SOURCES, open_network)
