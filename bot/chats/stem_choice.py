"""The stems that are being chosen under a message, button by button.

Kept in Redis, since the keyboard that shows them may be behind: Telegram allows an edit every few seconds, and people
tap faster. So a button says which stem it turns on or off, and no tap undoes what an earlier one did; tapped twice, by
one person or by two, it does the same thing once. Each also carries what would be chosen if nothing was remembered.
"""

from string import ascii_uppercase, digits
from typing import Final

from bot.cards.mixes import from_letters, letters
from jobs.models import Stem, Value
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.separation_models import MODELS, model_of_code
from jobs.stems import STEM_INFO

_STEM_OF: Final = {info.letter: stem for stem, info in STEM_INFO.items()}


class Tap(Value):
    """What a button says: of the stems of `model`, `stem` was turned on or off, and `chosen` is what the
    keyboard would then show. Without a `stem`, choosing begins with those."""

    model: str
    chosen: tuple[Stem, ...] = ()
    stem: Stem | None = None

    def choice(self, own: str) -> str:
        """For a button's data: `vdb.d`, `4vb.d` where it is another separation than the `own` one of the song."""
        of = "" if self.model == own else MODELS[self.model].code
        return of + letters(self.chosen) + (f".{STEM_INFO[self.stem].letter}" if self.stem else "")


def read_mix(choice: str, own: str) -> tuple[str, tuple[Stem, ...]]:
    """Model and stems of `vdb`, or of `4vdb` where the model is another than the song's `own`."""
    code, stems = _apart(choice)
    model = model_of_code(code) or own
    return model, from_letters(stems, model)


def read_tap(choice: str, own: str) -> Tap:
    """The tap from a button's data, as `parse_action` lets it through."""
    mix, _, letter = choice.partition(".")
    model, chosen = read_mix(mix, own)
    return Tap(model=model, chosen=chosen, stem=_STEM_OF.get(letter))


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
        code, stems = _apart(noted)
        return from_letters(stems, model) if code == MODELS[model].code else None


def _apart(choice: str) -> tuple[str, str]:
    """The code of a model, empty where there is none, and the letters of stems."""
    stems = choice.lstrip(digits + ascii_uppercase)
    return choice[: len(choice) - len(stems)], stems
