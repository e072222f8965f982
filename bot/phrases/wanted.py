"""A mix as steps, and the stems of a model that it consists of. Pure."""

from collections.abc import Collection
from enum import Enum, auto
from typing import Final

from jobs.models import Effect, Mix, Stem, Value
from jobs.music.effects import PLAIN
from jobs.music.separation_models import MODELS

#: What songs consist of. The accompaniment is everything but the vocals.
_SOUNDS: Final[tuple[Stem, ...]] = tuple(stem for stem in Stem if stem is not Stem.ACCOMPANIMENT)


class Do(Enum):
    """What a step makes of the mix so far, which at first is the song. `KEEP` restricts the song to its stems, and adds
    them to stems kept before."""

    KEEP = auto()
    DROP = auto()
    ADD = auto()
    ONLY = auto()


class Step(Value):
    do: Do
    stems: tuple[Stem, ...]


class Part(Value):
    """An instrument without a stem of its own, in the stem that contains it. `name`: of the text `part-…`, or a stem
    that cannot be had.
    """

    name: str
    stem: Stem


class Wanted(Value):
    """A mix as it was asked for. Later steps win: `no vocals, only drums` is drums.

    The steps have the stems that contain the named `parts`. `levels`: gains of stems in dB; `other_level`: of all other
    stems in the mix. Without steps, the mix is the whole song.
    """

    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()
    levels: tuple[tuple[Stem, float], ...] = ()
    other_level: float = 0.0
    effect: Effect = PLAIN

    @property
    def is_treated(self) -> bool:
        """Whether it is more than stems that are left out."""
        return bool(self.levels) or self.effect != PLAIN

    def mix(self, stems: tuple[Stem, ...]) -> Mix:
        """The mix of these stems, at their levels."""
        level = dict(self.levels)
        return Mix(stems=stems, levels=tuple(level.get(stem, self.other_level) for stem in stems))


def within(wanted: Wanted, stems: Collection[Stem]) -> Wanted:
    """The mix where only `stems` can be had: other named stems become parts of the stem that contains them."""
    named = [stem for step in wanted.steps for stem in step.stems] + [stem for stem, _ in wanted.levels]
    missing = {stem for stem in named if stem not in (*stems, Stem.OTHER, Stem.ACCOMPANIMENT)}
    if not missing:
        return wanted

    def held(stem: Stem) -> Stem:
        return Stem.OTHER if stem in missing else stem

    steps = tuple(Step(do=step.do, stems=tuple(dict.fromkeys(map(held, step.stems)))) for step in wanted.steps)
    levels = {held(stem): level for stem, level in reversed(wanted.levels)}
    parts = tuple(Part(name=stem, stem=Stem.OTHER) for stem in _SOUNDS if stem in missing)
    return wanted.model_copy(update={"steps": steps, "levels": tuple(levels.items()), "parts": (*wanted.parts, *parts)})


def mix_of(wanted: Wanted, model: str) -> tuple[Stem, ...] | None:
    """The mix in stems of a model; None if the model cannot tell apart what it has to. Empty if no stem remains."""
    stems = MODELS[model].stems
    inside = {stem: {sound for sound in _SOUNDS if _home(sound, stems) is stem} for stem in stems}
    lost = {sound for sound in _SOUNDS if _home(sound, stems) is None}
    if any(stem not in stems for stem, _ in wanted.levels):
        return None
    kept: set[Stem] | None = None
    unnamed = {Stem.GUITAR}.difference(*(step.stems for step in wanted.steps))
    for step in wanted.steps:
        if lost & set(step.stems):
            return None
        sounds = {sound for stem in step.stems for sound in _sounds(stem, inside, unnamed)}
        match step.do:
            case Do.KEEP:
                kept = (kept or set()) | sounds
            case Do.ONLY:
                kept = sounds
            case Do.ADD:
                kept = (set(_SOUNDS) if kept is None else kept) | sounds
            case Do.DROP:
                kept = (set(_SOUNDS) if kept is None else kept) - sounds
    heard = set(_SOUNDS) if kept is None else kept
    if any(inside[stem] & heard and inside[stem] - heard for stem in stems):
        return None
    return tuple(stem for stem in stems if inside[stem] & heard)


def _home(sound: Stem, stems: tuple[Stem, ...]) -> Stem | None:
    """The stem of a model that contains a sound."""
    if sound in stems:
        return sound
    rest = (Stem.OTHER, Stem.ACCOMPANIMENT) if sound is not Stem.VOCALS else ()
    return next((stem for stem in rest if stem in stems), None)


def _sounds(stem: Stem, inside: dict[Stem, set[Stem]], unnamed: set[Stem]) -> set[Stem]:
    """What a named stem contains: `other` is whatever the model leaves over, and without a model's *other* the guitar
    too, unless that is named as well.
    """
    if stem is Stem.ACCOMPANIMENT:
        return set(_SOUNDS) - {Stem.VOCALS}
    return inside.get(stem, {stem} | unnamed if stem is Stem.OTHER else {stem})
