"""Prepares the engine while the song is fetched, or while other modules are loaded."""

import logging

from jobs.failures import Failed, Reason, failed
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Engine
from worker.separation.engines import make_engine
from worker.separation.memory import require_memory

log = logging.getLogger(__name__)

#: At most one engine: a process separates one song.
_ready: dict[NetworkWanted, Engine] = {}


def prepare_engine(wanted: NetworkWanted) -> None:
    """Begins to load the engine, if its files are installed.

    A failure here is only logged: it happens again, and is reported, when the engine is used. Raises `Failed` with
    INTERNAL when another engine is prepared already.
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
        log.debug("engine not prepared: %r", error)


def take_prepared(wanted: NetworkWanted) -> Engine | None:
    """The engine, if it was prepared. Raises `Failed` with INTERNAL when another one was."""
    _require_no_other(wanted)
    return _ready.pop(wanted, None)


def _require_no_other(wanted: NetworkWanted) -> None:
    """Raises `Failed` if another engine is prepared: it would stay in memory unused, beside a second one."""
    others = [ready for ready in _ready if ready != wanted]
    if others:
        raise failed(Reason.INTERNAL, f"{others[0]!r} was made ready, and {wanted!r} is needed")


def _not_now() -> None:
    raise failed(Reason.INTERNAL, "to convert a model takes a while, and somebody should be told why")
