"""The lane of slow models: a worker takes the songs of models that it can run.

A song that no worker could run for a while is taken by the first one that sees it, and fails there with the reason.
"""

import time
from typing import Any, Final

from jobs.models import Model
from jobs.music.separation_models import MODELS
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.recipe import PATIENCE
from worker.abilities import Abilities
from worker.lane import LaneWorker

#: Jobs that are looked at: those in front may be of models that this worker lacks.
LOOKED_AT: Final = 1000
#: Seconds between two looks without news: a song waits for its model at most so long when the weights are added.
IDLE: Final = 10.0


class SlowLaneWorker(LaneWorker):
    """Takes the first job of a model in `abilities`."""

    def __init__(self, abilities: Abilities, **options: Any) -> None:
        super().__init__(**options, idle=IDLE, queue_read_limit=LOOKED_AT)
        self._abilities = abilities

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        await super().start_jobs(await self.ours(job_ids) if job_ids else [])

    async def ours(self, job_ids: list[bytes]) -> list[bytes]:
        """The jobs that this worker takes, in order."""
        async with self.pool.pipeline(transaction=False) as pipe:
            for job_id in job_ids:
                pipe.hget(keys.track(job_id.decode().rpartition(".")[0]), "model")
            pipe.zrange(keys.ABLE, 0, -1, withscores=True)
            *models, able = await pipe.execute()
        lately = {name.decode() for name, at in able if time.time() - at < PATIENCE}
        names = [model.name if (model := parse_stored(Model, written)) else "" for written in models]
        taken = {name: await self._takes(name, lately) for name in set(names)}
        return [job_id for job_id, name in zip(job_ids, names, strict=True) if taken[name]]

    async def _takes(self, name: str, lately: set[str]) -> bool:
        """Whether songs of a model are taken, if only to fail. Unknown models, of a newer version, are left to it."""
        if name and MODELS[name].fetched_on_use:
            return True
        return bool(name) and (await self._abilities.can(name) or name not in lately)
