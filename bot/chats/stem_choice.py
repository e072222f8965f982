"""The stems that are being chosen under a message, button by button.

Kept in Redis, since the keyboard that shows them may be behind: Telegram allows an edit every few seconds, and people
tap faster. So a button says which stem it turns on or off, and no tap undoes what an earlier one did; tapped twice, by
one person or by two, it does the same thing once. Each also carries what would be chosen if nothing was remembered.
"""

from typing import Final

from arq.connections import ArqRedis

from bot.cards.mixes import LETTERS, from_letters, letters
from jobs.models import STEMS, Stem, StemCount, Value
from jobs.queue import keys
from jobs.queue.connection import answer

_STEM_OF: Final = {letter: stem for stem, letter in LETTERS.items()}


class Tap(Value):
    """What a button says: of a separation into `count` stems, `stem` was turned on or off, and `chosen` is what the
    keyboard would then show. Without a `stem`, choosing begins with those."""

    count: StemCount
    chosen: tuple[Stem, ...] = ()
    stem: Stem | None = None

    def choice(self, own: StemCount) -> str:
        """For a button's data: `vdb.d`, `4vb.d` where it is another separation than the `own` one of the song."""
        of = "" if self.count == own else str(self.count)
        return of + letters(self.chosen) + (f".{LETTERS[self.stem]}" if self.stem else "")


def read_tap(choice: str, own: StemCount) -> Tap:
    """The tap from a button's data, as `parse_action` lets it through."""
    count = next((count for count in STEMS if choice.startswith(str(count))), own)
    chosen, _, letter = choice.partition(".")
    return Tap(count=count, chosen=from_letters(chosen, count), stem=_STEM_OF.get(letter))


async def pick(redis: ArqRedis, place: str, tap: Tap) -> tuple[Stem, ...]:
    """The stems that are chosen after a tap, in order. `place`: the message, named as nowhere else.

    Whoever calls this has a chat's taps one after the other.
    """
    chosen = tap.chosen
    if tap.stem is not None and (before := await picked(redis, place, tap.count)) is not None:
        wanted = {*before, tap.stem} if tap.stem in tap.chosen else {*before} - {tap.stem}
        chosen = tuple(one for one in STEMS[tap.count] if one in wanted)
    await answer(redis.set(keys.picked(place), f"{tap.count}{letters(chosen)}", ex=keys.KEEP_CLOSED))
    return chosen


async def picked(redis: ArqRedis, place: str, count: StemCount) -> tuple[Stem, ...] | None:
    """What is chosen there of a separation into `count`; None when nobody remembers."""
    stored = await answer(redis.get(keys.picked(place)))
    noted = stored.decode(errors="replace") if stored else ""
    return from_letters(noted[1:], count) if noted.startswith(str(count)) else None
