"""The child's half of `worker/child/parent_side.py`: reads a task, does it, writes events.

A child's `__main__` calls only `serve`. The work is a plain function without asyncio or pipes.
"""

import errno
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from jobs.failures import Failed, Failure, Reason
from jobs.process.privacy import be_private
from worker.child.messages import AHEAD, Event, Step

TaskT = TypeVar("TaskT", bound=BaseModel)
AheadT = TypeVar("AheadT", bound=BaseModel)
Report = Callable[[Step], None]

NICENESS = 5  # the bot must answer while children work


class Ahead(NamedTuple, Generic[AheadT]):
    """Preparation that a child can do before it has its task: the model of its input, and the function."""

    type: type[AheadT]
    get_ready: Callable[[AheadT], None]


def serve(
    task_type: type[TaskT], work: Callable[[TaskT, Report], BaseModel], ahead: Ahead[AheadT] | None = None
) -> None:
    """Reads one task from standard input, does `work`, writes events to standard output, and exits.

    A line that begins with AHEAD may precede the task: input of `ahead`.
    `Failed` becomes its failure, `MemoryError` OUT_OF_MEMORY, a full disk NO_DISK, anything else INTERNAL.
    """
    # Events use the real stdout; output of libraries goes to stderr.
    events = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    be_private()
    os.nice(NICENESS)

    def say(event: Event) -> None:
        events.write(event.model_dump_json(exclude_none=True) + "\n")
        events.flush()

    line = sys.stdin.readline()
    if ahead and line.startswith(AHEAD):
        ahead.get_ready(ahead.type.model_validate_json(line.removeprefix(AHEAD)))
        line = sys.stdin.readline()
    if not line:  # the parent has died, or has no task
        os._exit(1)
    task = task_type.model_validate_json(line)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        outcome = Event(result=work(task, lambda step: say(Event(step=step))).model_dump_json())
    except Failed as failure:
        outcome = Event(failure=failure.failure)
    except MemoryError as error:
        outcome = Event(failure=Failure(reason=Reason.OUT_OF_MEMORY, detail=repr(error)))
    except OSError as error:
        outcome = Event(failure=failure_of_os_error(error))
    except Exception as error:
        # OpenVINO raises RuntimeError for C++'s bad_alloc.
        reason = Reason.OUT_OF_MEMORY if "bad_alloc" in str(error) else Reason.INTERNAL
        outcome = Event(failure=Failure(reason=reason, detail=traceback.format_exc()[-4000:]))
    say(outcome)
    # Without interpreter shutdown: runtimes with threads of their own take a second for it, and no data is unsaved.
    os._exit(0)


def failure_of_os_error(error: OSError, *, confined: bool = True) -> Failure:
    """A disk or quota that is full or read-only is NO_DISK; lack of memory OUT_OF_MEMORY; anything else INTERNAL.

    A refused access is INTERNAL where the process is `confined`: its walls (`worker.child.confinement`) refused it.
    Elsewhere the store cannot be written, which is NO_DISK.
    """
    match error.errno:
        case errno.EACCES | errno.EPERM if not confined:
            reason = Reason.NO_DISK
        case errno.ENOSPC | errno.EDQUOT | errno.EROFS:
            reason = Reason.NO_DISK
        case errno.ENOMEM:
            reason = Reason.OUT_OF_MEMORY
        case _:
            reason = Reason.INTERNAL
    return Failure(reason=reason, detail=repr(error))


def _leave_with_parent() -> None:
    """Ends this process when the parent dies: the parent writes nothing after the task, so reads end only then."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(1)
