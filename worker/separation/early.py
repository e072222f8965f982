"""The network, made ready while the song is still on its way, or while everything else is loaded."""

import logging

from jobs.failures import Failed, Reason, failed
from worker.separation.memory import require_memory
from worker.separation.network import Network, load_network
from worker.separation.weights import have_weights
from worker.tasks import NetworkWanted

log = logging.getLogger(__name__)

_ready: dict[NetworkWanted, Network] = {}


def get_ready(wanted: NetworkWanted) -> None:
    """Begin to make the network ready, if all that it takes is there.

    What goes wrong here is nobody's business yet: it goes wrong again when the network is needed, and is told then.
    """
    if wanted in _ready:
        return
    try:
        require_memory(wanted.stems)
        if have_weights(wanted.stems, wanted.models_dir):
            _ready[wanted] = load_network(
                wanted.models_dir / f"{wanted.stems}stems",
                wanted.stems,
                wanted.band,
                engine=wanted.engine,
                precision=wanted.precision,
                threads=wanted.threads,
                converting=_not_now,
            )
    except (Failed, MemoryError, OSError, RuntimeError) as error:
        log.debug("the network is not ready beforehand: %r", error)


def take_ready(wanted: NetworkWanted) -> Network | None:
    """The network, if it was made ready beforehand."""
    return _ready.pop(wanted, None)


def _not_now() -> None:
    raise failed(Reason.INTERNAL, "to convert a model takes a while, and somebody should be told why")
