"""The stems that are being chosen under a message, button by button.

Kept in Redis, since the keyboard that shows them may be behind: Telegram allows an edit every few seconds, and people
tap faster. So a button says which stem it turns on or off, and no tap undoes what an earlier one did; tapped twice, by
one person or by two, it does the same thing once. Each also carries what would be chosen if nothing was remembered.
"""

from bot.cards.mixes import from_letters, letters
from bot.cards.taps import Tap, code_and_letters
from jobs.models import Stem
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.separation_models import MODELS


class StemChoice:
    """The stems that are chosen under each message. A message's `place` is its name, which no other message has."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def pick(self, place: str, tap: Tap) -> tuple[Stem, ...]:
        """The stems that are chosen after a tap, in order. To be called for one tap of a chat after the other."""
        chosen = tap.chosen
        if tap.stem is not None and (before := await self.picked(place, tap.model)) is not None:
            wanted = {*before, tap.stem} if tap.stem in tap.chosen else {*before} - {tap.stem}
            chosen = tuple(one for one in MODELS[tap.model].stems if one in wanted)
        noted = f"{MODELS[tap.model].code}{letters(chosen)}"
        await answer(self._redis.set(keys.picked(place), noted, ex=keys.KEEP_CLOSED))
        return chosen

    async def picked(self, place: str, model: str) -> tuple[Stem, ...] | None:
        """What is chosen there of a model's stems; None when nothing is remembered."""
        stored = await answer(self._redis.get(keys.picked(place)))
        noted = stored.decode(errors="replace") if stored else ""
        code, stems = code_and_letters(noted)
        return from_letters(stems, model) if code == MODELS[model].code else None
