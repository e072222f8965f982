"""Workers publish their recipe and their versions.

The recipe decides whether stored or sent files equal those that would be made now. Front ends cannot read it from their
own settings: a worker may run on another machine. Machines may be set unlike: what any living worker would make is
current, so that they do not redo each other's work.
"""

import time
from collections.abc import Sequence
from typing import Annotated, Final

from arq.connections import ArqRedis
from pydantic import Field
from redis.asyncio.client import Pipeline

from jobs.models import Rendition, Value
from jobs.music.separation_models import MODELS
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.views import ALIVE, texts
from jobs.results import Manifest, Rendered
from jobs.settings import Settings

#: Seconds for which the recipe of a worker that died is kept.
FORGET: Final = 24 * 3600
#: Seconds for which a song waits for a worker that had its model: so long may a restart take.
PATIENCE: Final = 60.0

Cost = Annotated[float, Field(gt=0, le=1000)]


class Recipe(Value):
    """How files are made: the engine, and the usual bit rate of MP3 and M4A.

    `others`: recipes of other living workers, whose files are current as well.
    """

    engine: str
    kbps: int
    others: tuple["Recipe", ...] = Field(default=(), exclude=True)

    @property
    def key(self) -> str:
        return f"{self.engine}-{self.kbps}"

    def would_make(self, manifest: Manifest) -> bool:
        """Whether stored stems equal those that would be made now: not those of another engine, nor of 0.1 in bf16."""
        return self._would_make(manifest) or any(one.would_make(manifest) for one in self.others)

    def _would_make(self, manifest: Manifest) -> bool:
        words, family = manifest.engine.split(), manifest.model.info.family
        if family != "spleeter":  # `engine` applies to Spleeter's models only
            return words[:1] == [family]
        return words[:1] == [self.engine] and "bf16" not in words

    def would_render(self, rendered: Rendered) -> bool:
        """Whether a stored rendition has the bit rate that it would get now."""
        return rendered.kbps in (0, self.rate(rendered.rendition)) or any(
            one.would_render(rendered) for one in self.others
        )

    def rate(self, rendition: Rendition) -> int:
        """The bit rate of a rendition in kbit/s; 0 for formats without one."""
        encoding = rendition.encoding
        return (encoding.kbps or self.kbps) if encoding.format.is_lossy else 0


def recipe_for(settings: Settings) -> Recipe:
    return Recipe(engine=settings.engine, kbps=settings.mp3_kbps)


async def announce_recipe(redis: ArqRedis, recipe: Recipe) -> None:
    """Publishes a recipe at a worker's start; `beat_recipe` renews it."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(keys.RECIPE, recipe.model_dump_json())
        pipe.zremrangebyscore(keys.RECIPES, 0, time.time() - FORGET)
        beat_recipe(pipe, recipe)
        await pipe.execute()


def beat_recipe(pipe: Pipeline, recipe: Recipe) -> None:
    """Adds to a worker's heartbeat that a worker with this recipe lives."""
    pipe.zadd(keys.RECIPES, {recipe.model_dump_json(): time.time()})


async def retire_recipe(redis: ArqRedis, recipe: Recipe) -> None:
    """Removes a stopped worker's recipe at once; other workers that have it publish it again with their next beat."""
    await redis.zrem(keys.RECIPES, recipe.model_dump_json())


async def current_recipe(redis: ArqRedis) -> Recipe | None:
    """The recipe of the workers, the first of several in a fixed order; while none is alive, that of the last one that
    started; None before the first one started.
    """
    living = await _living(redis)
    if not living:
        return parse_stored(Recipe, await answer(redis.get(keys.RECIPE)))
    return living[0].model_copy(update={"others": tuple(living[1:])})


async def recipe_here(redis: ArqRedis, settings: Settings) -> Recipe:
    """The recipe of this worker, with those of the other living ones."""
    own = recipe_for(settings)
    return own.model_copy(update={"others": tuple(one for one in await _living(redis) if one != own)})


async def _living(redis: ArqRedis) -> list[Recipe]:
    told = await redis.zrangebyscore(keys.RECIPES, time.time() - ALIVE, "+inf")
    return [recipe for one in sorted(told) if (recipe := parse_stored(Recipe, one))]


class About(Value):
    """What a worker tells of itself while it lives. `versions` of its parts: name → version, in the order of display.

    `models`: those that it can run, of those that are not fetched on use, with their cost: seconds of work for each
    second of music, as far as its machine has measured them.
    """

    versions: dict[str, str]
    models: dict[str, Cost] = Field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(f"{name} {version}" for name, version in self.versions.items())


async def models_here(redis: ArqRedis) -> dict[str, float]:
    """Models that are not fetched on use, which a living worker can run → their cost at the quickest of these."""
    told = [(name, cost) for costs in await costs_of_workers(redis) for name, cost in costs.items()]
    return {
        name: min(cost for other, cost in told if other == name)
        for name, info in MODELS.items()
        if not info.fetched_on_use and any(other == name for other, _ in told)
    }


async def costs_of_workers(redis: ArqRedis) -> list[dict[str, float]]:
    """Of each living worker that tells of itself: `About.models`."""
    alive = texts(await redis.zrangebyscore(keys.WORKERS, time.time() - ALIVE, "+inf"))
    return [about.models for about in await about_workers(redis, alive)]


async def is_out_of_reach(redis: ArqRedis, model: str) -> bool:
    """Whether workers are alive, and none of them can run a model, nor could within the last `PATIENCE` seconds.

    While no worker is alive, songs of any model wait for one.
    """
    if MODELS[model].fetched_on_use or model in await models_here(redis):
        return False
    last = await redis.zscore(keys.ABLE, model)
    lately = last is not None and time.time() - last < PATIENCE
    return not lately and await redis.zcount(keys.WORKERS, time.time() - ALIVE, "+inf") > 0


async def about_workers(redis: ArqRedis, workers: Sequence[str]) -> list[About]:
    """The versions of these workers; workers without any are left out."""
    told = await answer(redis.mget([keys.worker(worker) for worker in workers])) if workers else []
    return [about for one in told if (about := parse_stored(About, one))]
