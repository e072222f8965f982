"""The engine of each family of models. A new one needs an `Engine` and a line in `ENGINES`."""

from collections.abc import Callable
from typing import Final

from worker.child.tasks import NetworkWanted
from worker.separation.engine import Engine


def _spleeter(wanted: NetworkWanted) -> Engine:
    from worker.separation.spleeter.engine import spleeter_engine

    return spleeter_engine(wanted)


def _htdemucs(wanted: NetworkWanted) -> Engine:
    from worker.separation.htdemucs.engine import HTDemucsEngine

    return HTDemucsEngine(wanted)


#: By family (`jobs.music.separation_models`). Each function imports its engine when called: runtimes are heavy.
#: They raise `Failed` with ENGINE_MISSING when a requirement of the engine is not installed.
ENGINES: Final[dict[str, Callable[[NetworkWanted], Engine]]] = {"spleeter": _spleeter, "htdemucs": _htdemucs}


def make_engine(wanted: NetworkWanted) -> Engine:
    """The engine of a model. Raises `Failed` with ENGINE_MISSING where it cannot run."""
    return ENGINES[wanted.model.info.family](wanted)
