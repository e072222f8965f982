"""Workers publish their recipe and their versions.

The recipe decides whether stored or sent files equal those that would be made now. Front ends cannot read it from their
own settings: a worker may run on another machine.
"""

from collections.abc import Sequence

from arq.connections import ArqRedis

from jobs.models import Rendition, Value
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.results import Manifest, Rendered
from jobs.settings import Settings


class Recipe(Value):
    """How files are made: the engine, and the usual bit rate of MP3 and M4A. Workers of one queue have the same
    settings."""

    engine: str
    kbps: int

    @property
    def key(self) -> str:
        return f"{self.engine}-{self.kbps}"

    def would_make(self, manifest: Manifest) -> bool:
        """Whether stored stems equal those that would be made now: not those of another engine, nor of 0.1 in bf16."""
        words, family = manifest.engine.split(), manifest.model.info.family
        if family != "spleeter":  # `engine` applies to Spleeter's models only
            return words[:1] == [family]
        return words[:1] == [self.engine] and "bf16" not in words

    def would_render(self, rendered: Rendered) -> bool:
        """Whether a stored rendition has the bit rate that it would get now."""
        return rendered.kbps in (0, self.rate(rendered.rendition))

    def rate(self, rendition: Rendition) -> int:
        """The bit rate of a rendition in kbit/s; 0 for formats without one."""
        encoding = rendition.encoding
        return (encoding.kbps or self.kbps) if encoding.format.is_lossy else 0


def recipe_for(settings: Settings) -> Recipe:
    return Recipe(engine=settings.engine, kbps=settings.mp3_kbps)


async def announce_recipe(redis: ArqRedis, recipe: Recipe) -> None:
    """Publishes the recipe."""
    await answer(redis.set(keys.RECIPE, recipe.model_dump_json()))


async def current_recipe(redis: ArqRedis) -> Recipe | None:
    """The recipe of the workers, also while none is alive; None before the first one started."""
    return parse_stored(Recipe, await answer(redis.get(keys.RECIPE)))


class About(Value):
    """Versions of a worker's parts: name → version, in the order of display."""

    versions: dict[str, str]

    def __str__(self) -> str:
        return ", ".join(f"{name} {version}" for name, version in self.versions.items())


async def about_workers(redis: ArqRedis, workers: Sequence[str]) -> list[About]:
    """The versions of these workers; workers without any are left out."""
    told = await answer(redis.mget([keys.worker(worker) for worker in workers])) if workers else []
    return [about for one in told if (about := parse_stored(About, one))]
