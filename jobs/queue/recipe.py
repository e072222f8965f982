"""What workers tell of themselves: how they make things, and of what they are made.

How things are made decides whether what lies in the store, or on a platform already, is what would be made now. Front
ends cannot know it from their own settings: a worker may run on another machine.
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
    """How things are made: which engine separates, and the bit rate of MP3 and M4A unless another is asked for. Workers
    of one queue are set alike."""

    engine: str
    kbps: int

    @property
    def key(self) -> str:
        return f"{self.engine}-{self.kbps}"

    def would_make(self, manifest: Manifest) -> bool:
        """Whether stored stems are what would be made now: another engine's are not, nor those of 0.1 in bf16."""
        words, family = manifest.engine.split(), manifest.model.info.family
        if family != "spleeter":  # `engine` says what runs Spleeter's models
            return words[:1] == [family]
        return words[:1] == [self.engine] and "bf16" not in words

    def would_render(self, rendered: Rendered) -> bool:
        """Whether a stored rendition has the bit rate that it would get now."""
        return rendered.kbps in (0, self.rate(rendered.rendition))

    def rate(self, rendition: Rendition) -> int:
        """The bit rate that a rendition is encoded at, in kbit/s; 0 for what has none."""
        encoding = rendition.encoding
        return (encoding.kbps or self.kbps) if encoding.format.is_lossy else 0


def recipe_for(settings: Settings) -> Recipe:
    return Recipe(engine=settings.engine, kbps=settings.mp3_kbps)


async def announce_recipe(redis: ArqRedis, recipe: Recipe) -> None:
    """From now on things are made this way."""
    await answer(redis.set(keys.RECIPE, recipe.model_dump_json()))


async def current_recipe(redis: ArqRedis) -> Recipe | None:
    """How things are made now, also while no worker is alive; None before the first one ever was."""
    return parse_stored(Recipe, await answer(redis.get(keys.RECIPE)))


class About(Value):
    """Of what a worker is made: name → version, as they are to be shown."""

    versions: dict[str, str]

    def __str__(self) -> str:
        return ", ".join(f"{name} {version}" for name, version in self.versions.items())


async def about_workers(redis: ArqRedis, workers: Sequence[str]) -> list[About]:
    """What these workers told of themselves; those that told nothing are left out."""
    told = await answer(redis.mget([keys.worker(worker) for worker in workers])) if workers else []
    return [about for one in told if (about := parse_stored(About, one))]
