"""The models that this worker can run, of those that are not fetched on use, and what they cost on this machine.

A worker announces them, so that chats offer them (`About.models`), and takes no song of another one.
"""

import asyncio
import logging
import os
import time
from pathlib import Path
from typing import Final

from arq.connections import ArqRedis

from jobs.failures import Failed, Reason, failed
from jobs.models import Model
from jobs.music.separation_models import MODELS, ModelInfo
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.settings import Settings
from worker.child.cgroups import ROOT, memory_limits
from worker.child.tasks import NetworkWanted
from worker.separation.costs import cost_of
from worker.separation.engines import make_engine

log = logging.getLogger(__name__)

#: MB of the largest song of the other lanes, which may be in work beside a slow one.
BESIDE: Final = 750
EVERY: Final = 10.0  # seconds between two looks at the weights


class Abilities:
    """One worker's. `settings`: its own."""

    def __init__(self, settings: Settings, redis: ArqRedis) -> None:
        self._settings = settings
        self._redis = redis

    async def announce(self) -> dict[str, float]:
        """Notes the models that can be run now, and returns them with their cost: see `About`."""
        found = await asyncio.to_thread(self._look)
        if found:
            await answer(self._redis.zadd(keys.ABLE, dict.fromkeys(found, time.time())))
        return found

    async def can(self, model: str) -> bool:
        """Whether this worker can run a model."""
        try:
            await self.require(model)
        except Failed:
            return False
        return True

    async def require(self, model: str) -> None:
        """Raises `Failed` with MODEL_MISSING, OUT_OF_MEMORY or ENGINE_MISSING for a model that cannot be run here."""
        await asyncio.to_thread(require_able, model, self._settings)

    def _look(self) -> dict[str, float]:
        able, settings = {}, self._settings
        for name, info in MODELS.items():
            if info.fetched_on_use:
                continue
            try:
                require_able(name, settings)
            except Failed as why:
                log.debug("%s cannot be run: %s", name, why.failure.detail)
            except OSError as why:
                log.warning("%s cannot be run: %r", name, why)
            else:
                known = cost_of(name, settings.models_dir.absolute(), settings.threads)
                able[name] = known.seconds if known is not None and known.seconds > 0 else info.cost
        return able


def require_able(model: str, settings: Settings, root: Path = ROOT) -> None:
    """Raises `Failed` for a model that cannot be run beside other songs: with MODEL_MISSING without intact weights,
    OUT_OF_MEMORY, ENGINE_MISSING. May hash the weights.
    """
    wanted = NetworkWanted(
        model=Model(name=model),
        models_dir=settings.models_dir.absolute(),
        engine=settings.engine,
        threads=settings.threads,
    )
    make_engine(wanted).fetch_weights(lambda _: None)  # of these models, it only checks
    _require_room(MODELS[model], settings, root)


def _require_room(model: ModelInfo, settings: Settings, root: Path) -> None:
    if 0 < settings.memory_mb < model.resident_mb:
        raise failed(Reason.OUT_OF_MEMORY, f"FLBT_MEMORY_MB is below {model.resident_mb}")
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    least, needed = min([total, *memory_limits(root)]), model.resident_mb + BESIDE
    if least < needed << 20:
        raise failed(Reason.OUT_OF_MEMORY, f"{needed} MB are needed, of {least >> 20} MB that there are")
