"""Questions that a child asks YouTube while people wait: listings and searches."""

import logging
from typing import TypeVar

from jobs.failures import Failed, Failure, Reason
from jobs.models import Value
from worker.child.limits import Limits
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import OnlineTask

log = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT", bound=Value)


async def ask(
    module: str, task: OnlineTask, answer: type[AnswerT], deadline: float, memory_mb: float, *, again: bool = False
) -> AnswerT | Failure:
    """The child's answer, or why there is none. A child that another process killed is started once more (`again`).

    `deadline`: seconds. The log has no part of the task.
    """
    try:
        limits = Limits(memory_mb=memory_mb, cpu_seconds=deadline)
        return await run_child(module, task, answer, _ignore, deadline=deadline, limits=limits)
    except Failed as error:
        if error.failure.reason is Reason.INTERRUPTED and not again:
            return await ask(module, task, answer, deadline, memory_mb, again=True)
        return error.failure
    except Exception as error:
        log.exception("%s: unhandled exception", module)
        return Failure(reason=Reason.INTERNAL, detail=repr(error))


def _ignore(step: Step) -> None:
    """Questions show no progress."""
