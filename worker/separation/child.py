"""Separates a song in a child; before that, a missing model is installed by another child."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

from jobs.failures import Failed, Reason
from worker.child.limits import Limits
from worker.child.messages import Step
from worker.child.parent_side import Child, run_child, start_child
from worker.child.tasks import Brought, ModelTask, Separated, SeparationTask
from worker.separation.costs import keep_cost

SEPARATION: Final = "worker.separation"
MODELS: Final = "worker.separation.models"


async def separate(
    task: SeparationTask,
    child: Child | None,
    stack: AsyncExitStack,
    on_step: Callable[[Step], None],
    *,
    limits: Limits,
    deadline: float,
) -> Separated:
    """Lets `child`, or a new one, do `task`. Raises as `Child.ask`.

    Children that separate may only read the models. A child that may write there installs a missing model. What the
    separation took is kept as the cost of the model.
    """
    separated = await _separate(task, child, stack, on_step, limits, deadline)
    network = task.network
    if separated.spent is not None and network.is_made_ready:
        name, spent = network.model.name, separated.spent
        await asyncio.to_thread(keep_cost, name, spent, network.models_dir, network.threads)
    return separated


async def _separate(
    task: SeparationTask,
    child: Child | None,
    stack: AsyncExitStack,
    on_step: Callable[[Step], None],
    limits: Limits,
    deadline: float,
) -> Separated:
    try:
        return await _ask(task.model_copy(update={"only_ready": True}), child, stack, on_step, limits, deadline)
    except Failed as error:
        if error.failure.reason is not Reason.MODEL_UNAVAILABLE:
            raise
    # The models' folder holds more than this song.
    brings = replace(limits, folder_mb=0)
    await run_child(MODELS, ModelTask(network=task.network), Brought, on_step, deadline=deadline, limits=brings)
    return await _ask(task, None, stack, on_step, limits, deadline)


async def _ask(
    task: SeparationTask,
    child: Child | None,
    stack: AsyncExitStack,
    on_step: Callable[[Step], None],
    limits: Limits,
    deadline: float,
) -> Separated:
    if child is None:
        child = await stack.enter_async_context(start_child(SEPARATION, task.confinement, limits))
    child.limits = replace(child.limits, folder_mb=limits.folder_mb)  # now that the length of the song is known
    return await child.ask(task, Separated, on_step, deadline=deadline)
