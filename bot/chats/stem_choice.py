"""The stems chosen on the keyboard under a message.

Kept in Redis, since the keyboard may be out of date: Telegram allows an edit every few seconds, and people tap faster.
So a button names the stem that it turns on or off, and a tap does not undo an earlier one; a repeated tap changes
nothing. Each button also has the resulting choice, for use without a stored one.
"""

from bot.cards.mixes import from_letters, letters
from bot.cards.taps import Tap, code_and_letters
from jobs.models import Stem
from jobs.music.separation_models import MODELS
from jobs.queue import keys
from jobs.queue.connection import Redis, answer


class StemChoice:
    """The chosen stems under each message. A message's `place` is its unique name."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def pick(self, place: str, tap: Tap) -> tuple[Stem, ...]:
        """The chosen stems after a tap, in order. Not safe for concurrent taps of one chat."""
        chosen = tap.chosen
        if tap.stem is not None and (before := await self.picked(place, tap.model)) is not None:
            wanted = {*before, tap.stem} if tap.stem in tap.chosen else {*before} - {tap.stem}
            chosen = tuple(one for one in MODELS[tap.model].stems if one in wanted)
        noted = f"{MODELS[tap.model].code}{letters(chosen)}"
        await answer(self._redis.set(keys.picked(place), noted, ex=keys.KEEP_CLOSED))
        return chosen

    async def picked(self, place: str, model: str) -> tuple[Stem, ...] | None:
        """The chosen stems of a model; None if no choice is stored."""
        stored = await answer(self._redis.get(keys.picked(place)))
        noted = stored.decode(errors="replace") if stored else ""
        code, stems = code_and_letters(noted)
        return from_letters(stems, model) if code == MODELS[model].code else None
