"""The engine of each family of models. A new one needs an `Engine` and a line in `ENGINES`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jobs.music.separation_models import MODELS
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Engine
from worker.separation.publications import Publication

if TYPE_CHECKING:
    from worker.separation.checkpoints.values import Checkpoint


def _spleeter(wanted: NetworkWanted) -> Engine:
    from worker.separation.spleeter.engine import spleeter_engine

    return spleeter_engine(wanted)


def _htdemucs(wanted: NetworkWanted) -> Engine:
    from worker.separation.htdemucs.engine import htdemucs_engine

    return htdemucs_engine(wanted)


def _scnet(wanted: NetworkWanted) -> Engine:
    from worker.separation.scnet.engine import scnet_engine

    return scnet_engine(wanted)


#: By family (`jobs.music.separation_models`). Each function imports its engine when called: runtimes are heavy.
#: They raise `Failed` with ENGINE_MISSING when a requirement of the engine is not installed.
ENGINES: Final[dict[str, Callable[[NetworkWanted], Engine]]] = {
    "spleeter": _spleeter, "htdemucs": _htdemucs, "scnet": _scnet,
}  # fmt: skip


def publication_of(model: str) -> Publication | None:
    """Where a model's weights come from; None for a family without a table of them."""
    match MODELS[model].family:
        case "spleeter":
            from worker.separation.spleeter.published import PUBLICATIONS
        case "htdemucs":
            from worker.separation.htdemucs.published import PUBLICATIONS
        case "scnet":
            from worker.separation.scnet.published import PUBLICATIONS
        case _:
            return None
    return PUBLICATIONS.get(model)


def require_network(model: str, checkpoint: "Checkpoint") -> None:
    """Raises `UnreadableError` unless the tensors are exactly those of the model's network."""
    match MODELS[model].family:
        case "htdemucs":
            from worker.separation.htdemucs.graph import require_network as of_htdemucs

            of_htdemucs(model, checkpoint)
        case "scnet":
            from worker.separation.scnet.graph import require_network as of_scnet

            of_scnet(checkpoint)
        case family:
            raise ValueError(f"models of {family} are not installed from one file")


def make_engine(wanted: NetworkWanted) -> Engine:
    """The engine of a model. Raises `Failed` with ENGINE_MISSING where it cannot run."""
    return ENGINES[wanted.model.info.family](wanted)
