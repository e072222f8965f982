"""From a song to its stems. `python -m worker.separation` is the child process that does it.

Importing this package is light: runtime, decoder and arrays are loaded by the first call of `separate`.
"""

from collections.abc import Callable

from worker.child.messages import Step
from worker.child.tasks import NetworkWanted, Separated, SeparationTask

__all__ = ["prepare_engine", "separate"]


def separate(task: SeparationTask, report: Callable[[Step], None]) -> Separated:
    """Separate `task.audio` into one FLAC per stem in `task.output`, reporting a step per segment.

    The waveforms of all stems are drawn as `picture.png` beside them, and a cover is kept small as `thumbnail.jpg`.

    Raises `Failed`: what is wrong with the file, TOO_LONG, EMPTY, MODEL_UNAVAILABLE, MODEL_DAMAGED, ENGINE_MISSING,
    OUT_OF_MEMORY.
    Whatever happens, the output folder has all stems or none.
    """
    from worker.separation.memory import require_memory

    if task.network.is_made_ready:  # what the reference package needs grows with the song
        require_memory(task.network.model.info)
        prepare_engine(task.network)
    from worker.separation.run import run

    return run(task, report)


def prepare_engine(wanted: NetworkWanted) -> None:
    """Load what a separation needs, and make its engine ready beside that, as far as it can be done without a song."""
    from worker.separation import warm_up

    warm_up.prepare_engine(wanted)
    from worker.separation import run  # noqa: F401 - decoder and encoders, loaded while the engine is made ready
