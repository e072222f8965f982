"""The child that brings a model: it fetches the weights, and makes of them what the engine reads, once.

The only child without walls, since it may start an installer. It reads nothing of strangers: what it fetches has a hash
that we know. Those that separate only read the models.
"""

from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import Brought, ModelTask
from worker.separation.memory import require_memory
from worker.separation.spleeter.weights import ensure_weights


def bring(task: ModelTask, report: Report) -> Brought:
    """See `ModelTask`. Raises `Failed`: MODEL_UNAVAILABLE, MODEL_DAMAGED, OUT_OF_MEMORY."""
    wanted = task.network
    if wanted.engine != "spleeter":  # whose need grows with the song
        require_memory(wanted.model.info)
    checkpoint = ensure_weights(wanted.model.name, wanted.models_dir, report)
    if wanted.engine != "spleeter":
        from worker.separation.spleeter.network import (
            load_network,  # arrays and runtimes, where there is something to convert
        )

        report(Step(note="model"))
        load_network(checkpoint, wanted.model.stems, wanted.model.band, engine=wanted.engine, threads=wanted.threads)
    return Brought()


if __name__ == "__main__":
    serve(ModelTask, bring)
