"""The child's half of `worker/child.py`: read a task, work, report, say how it ended.

`serve` is all a child's `__main__` calls. The work itself is a plain function that knows no asyncio and no pipes.
"""

import errno
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from jobs.failures import Failed, Failure, Reason
from worker.child import Event, Step

TaskT = TypeVar("TaskT", bound=BaseModel)
Report = Callable[[Step], None]

NICENESS = 5  # the bot must answer while we work


def serve(task_type: type[TaskT], work: Callable[[TaskT, Report], BaseModel]) -> None:
    """Read one task from standard input, do `work`, write events to standard output; never returns an exception.

    `Failed` becomes its failure, `MemoryError` OUT_OF_MEMORY, a full disk NO_DISK, anything else INTERNAL.
    """
    # Events own the real stdout; whatever a library prints goes to stderr with the other noise.
    events = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    os.nice(NICENESS)

    def say(event: Event) -> None:
        events.write(event.model_dump_json(exclude_none=True) + "\n")
        events.flush()

    task = task_type.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        outcome = Event(result=work(task, lambda step: say(Event(step=step))).model_dump_json())
    except Failed as failure:
        outcome = Event(failure=failure.failure)
    except MemoryError as error:
        outcome = Event(failure=Failure(reason=Reason.OUT_OF_MEMORY, detail=repr(error)))
    except OSError as error:
        outcome = Event(failure=failure_of_os_error(error))
    except Exception:
        outcome = Event(failure=Failure(reason=Reason.INTERNAL, detail=traceback.format_exc()[-4000:]))
    say(outcome)
    # Without interpreter shutdown: runtimes with their own threads take a second over it, and nothing is left to save.
    os._exit(0)


def failure_of_os_error(error: OSError) -> Failure:
    """A full disk or quota is NO_DISK, anything else INTERNAL."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Failure(reason=Reason.NO_DISK if full else Reason.INTERNAL, detail=repr(error))


def _leave_with_parent() -> None:
    """The parent never writes a second line: end of file means that it is gone, and nobody wants the result."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(1)
