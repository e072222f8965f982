"""Separates a song into stems. `python -m worker.separation` is the child process for it.

Importing this package is light: the first call of `separate` loads runtime, decoder and arrays.
"""

from collections.abc import Callable

from worker.child.messages import Step
from worker.child.tasks import NetworkWanted, Separated, SeparationTask

__all__ = ["prepare_engine", "separate"]


def separate(task: SeparationTask, report: Callable[[Step], None]) -> Separated:
    """Separates `task.audio` into one FLAC per stem in `task.output`, and reports a step per segment.

    Also writes the waveforms of all stems as `picture.png` and a small cover as `thumbnail.jpg`.

    Raises `Failed`: defects of the file, TOO_LONG, EMPTY, MODEL_UNAVAILABLE, MODEL_DAMAGED, ENGINE_MISSING,
    OUT_OF_MEMORY.
    The output folder has all stems or, after an exception, none.
    """
    from worker.separation.memory import require_memory

    if task.network.is_made_ready:  # the memory of the reference package grows with the song
        require_memory(task.network.model.info)
        prepare_engine(task.network)
    from worker.separation.run import run

    return run(task, report)


def prepare_engine(wanted: NetworkWanted) -> None:
    """Loads the modules of a separation and prepares its engine, in parallel, before the song is known."""
    from worker.separation import warm_up

    warm_up.prepare_engine(wanted)
    from worker.separation import run  # noqa: F401 - decoder and encoders, loaded while the engine is prepared
