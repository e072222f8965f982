"""Mixes and taps in a button's data: the code of a model, letters of stems. Pure."""

from string import ascii_uppercase, digits
from typing import Final

from bot.cards import treatments
from bot.cards.mixes import from_letters, letters
from jobs.models import Effect, Mix, Stem, Value
from jobs.music.separation_models import MODELS, model_of_code
from jobs.music.stems import STEM_INFO

_STEM_OF: Final = {info.letter: stem for stem, info in STEM_INFO.items()}


class Tap(Value):
    """A tap on the stem keyboard: it turned `stem` of `model` on or off, and `chosen` is the result as the keyboard
    knows it. Without a `stem`, the choice begins with `chosen`."""

    model: str
    chosen: tuple[Stem, ...] = ()
    stem: Stem | None = None

    def choice(self, own: str) -> str:
        """For a button's data: `vdb.d`; `4vb.d` if the model is not the song's `own`."""
        of = "" if self.model == own else MODELS[self.model].code
        return of + letters(self.chosen) + (f".{STEM_INFO[self.stem].letter}" if self.stem else "")


def read_treated_mix(choice: str, own: str) -> tuple[str, Mix, Effect] | None:
    """Model, mix and effect of `4vdb~t80k-2`; None for values that no button has."""
    letters_of, mark, treatment = choice.partition("~")
    model, stems = read_mix(letters_of, own)
    treated = treatments.treated(stems, mark + treatment) if stems else None
    return treated and (model, *treated)


def read_mix(choice: str, own: str) -> tuple[str, tuple[Stem, ...]]:
    """Model and stems of `vdb`, or of `4vdb` if the model is not the song's `own`."""
    code, stems = code_and_letters(choice)
    model = model_of_code(code) or own
    return model, from_letters(stems, model)


def read_tap(choice: str, own: str) -> Tap:
    """The tap from a button's data, already validated by `parse_action`."""
    mix, _, letter = choice.partition(".")
    model, chosen = read_mix(mix, own)
    return Tap(model=model, chosen=chosen, stem=_STEM_OF.get(letter))


def code_and_letters(choice: str) -> tuple[str, str]:
    """The code of a model, or '', and the letters of stems."""
    stems = choice.lstrip(digits + ascii_uppercase)
    return choice[: len(choice) - len(stems)], stems
