"""Mixes and taps as buttons carry them: the code of a model, letters of stems. Pure."""

from string import ascii_uppercase, digits
from typing import Final

from bot.cards.mixes import from_letters, letters
from jobs.models import Stem, Value
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
    code, stems = code_and_letters(choice)
    model = model_of_code(code) or own
    return model, from_letters(stems, model)


def read_tap(choice: str, own: str) -> Tap:
    """The tap from a button's data, as `parse_action` lets it through."""
    mix, _, letter = choice.partition(".")
    model, chosen = read_mix(mix, own)
    return Tap(model=model, chosen=chosen, stem=_STEM_OF.get(letter))


def code_and_letters(choice: str) -> tuple[str, str]:
    """The code of a model, empty where there is none, and the letters of stems."""
    stems = choice.lstrip(digits + ascii_uppercase)
    return choice[: len(choice) - len(stems)], stems
