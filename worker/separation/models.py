"""The child that installs a model: it fetches the weights, and derives the files that the engine reads, once.

It may write the models' folder and reach the hosts of the weights; fetched files have known hashes. It reads no
untrusted input. Children that separate may only read the models.
"""

from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import Brought, ModelTask
from worker.separation.engines import make_engine
from worker.separation.memory import require_memory


def bring(task: ModelTask, report: Report) -> Brought:
    """See `ModelTask`. Raises `Failed`: ENGINE_MISSING, MODEL_UNAVAILABLE, MODEL_DAMAGED, OUT_OF_MEMORY."""
    wanted = task.network
    engine = make_engine(wanted)
    if wanted.is_made_ready:  # the memory of the reference package grows with the song
        require_memory(wanted.model.info)
    engine.fetch_weights(report)
    engine.load(lambda: report(Step(note="model")))
    return Brought()


if __name__ == "__main__":
    serve(ModelTask, bring)
