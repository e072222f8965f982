"""The network, made ready while the song is still on its way, or while everything else is loaded."""

import logging

from jobs.failures import Failed, Reason, failed
from worker.child.tasks import NetworkWanted
from worker.separation.memory import require_memory
from worker.separation.spleeter.network import Network, load_network
from worker.separation.spleeter.weights import have_weights

log = logging.getLogger(__name__)

#: A process separates one song, so it has one network ready, or none.
_ready: dict[NetworkWanted, Network] = {}


def prepare_network(wanted: NetworkWanted) -> None:
    """Begin to make the network ready, if all that it takes is there.

    A failure here is not reported: it happens again, and is reported, when the network is needed. Raises `Failed` with
    INTERNAL when another network is ready already.
    """
    _require_no_other(wanted)
    if wanted in _ready or wanted.engine == "spleeter":
        return
    try:
        require_memory(wanted.model.info)
        if have_weights(wanted.model.name, wanted.models_dir):
            _ready[wanted] = load_network(
                wanted.models_dir / wanted.model.info.key,
                wanted.model.stems,
                wanted.model.band,
                engine=wanted.engine,
                threads=wanted.threads,
                converting=_not_now,
            )
    except (Failed, MemoryError, OSError, RuntimeError) as error:
        log.debug("the network is not ready beforehand: %r", error)


def take_prepared(wanted: NetworkWanted) -> Network | None:
    """The network, if it was made ready beforehand. Raises `Failed` with INTERNAL when another one was."""
    _require_no_other(wanted)
    return _ready.pop(wanted, None)


def _require_no_other(wanted: NetworkWanted) -> None:
    """Two networks would be held in memory, and the one that was made ready would be of no use."""
    others = [ready for ready in _ready if ready != wanted]
    if others:
        raise failed(Reason.INTERNAL, f"{others[0]!r} was made ready, and {wanted!r} is needed")


def _not_now() -> None:
    raise failed(Reason.INTERNAL, "to convert a model takes a while, and somebody should be told why")
