"""The engine, made ready while the song is still on its way, or while everything else is loaded."""

import logging

from jobs.failures import Failed, Reason, failed
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Engine
from worker.separation.engines import make_engine
from worker.separation.memory import require_memory

log = logging.getLogger(__name__)

#: A process separates one song, so it has one engine ready, or none.
_ready: dict[NetworkWanted, Engine] = {}


def prepare_engine(wanted: NetworkWanted) -> None:
    """Begin to make the engine ready, if everything that it needs is there.

    A failure here is not reported: it happens again, and is reported, when the engine is needed. Raises `Failed` with
    INTERNAL when another engine is ready already.
    """
    _require_no_other(wanted)
    if wanted in _ready or not wanted.is_made_ready:
        return
    try:
        require_memory(wanted.model.info)
        engine = make_engine(wanted)
        if engine.has_weights():
            engine.load(_not_now)
            _ready[wanted] = engine
    except (Failed, MemoryError, OSError, RuntimeError) as error:
        log.debug("the engine is not ready beforehand: %r", error)


def take_prepared(wanted: NetworkWanted) -> Engine | None:
    """The engine, if it was made ready beforehand. Raises `Failed` with INTERNAL when another one was."""
    _require_no_other(wanted)
    return _ready.pop(wanted, None)


def _require_no_other(wanted: NetworkWanted) -> None:
    """Two engines would be held in memory, and the one that was made ready would be of no use."""
    others = [ready for ready in _ready if ready != wanted]
    if others:
        raise failed(Reason.INTERNAL, f"{others[0]!r} was made ready, and {wanted!r} is needed")


def _not_now() -> None:
    raise failed(Reason.INTERNAL, "to convert a model takes a while, and somebody should be told why")
