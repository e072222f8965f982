"""The engine of htdemucs and htdemucs_6s."""

from pathlib import Path
from typing import TYPE_CHECKING

from worker.child.tasks import NetworkWanted
from worker.separation.htdemucs.shape import SHAPES
from worker.separation.segments.engine import SegmentEngine

if TYPE_CHECKING:
    from worker.separation.segments.stream import Estimator


def htdemucs_engine(wanted: NetworkWanted) -> SegmentEngine:
    """See `worker.separation.engines`."""
    shape = SHAPES[wanted.model.name]

    def open_network(weights: Path, threads: int) -> "Estimator":
        from worker.separation.htdemucs.network import HTDemucsNetwork  # the runtime

        return HTDemucsNetwork(weights, shape, threads)

    return SegmentEngine(wanted, shape.sources, open_network)
