"""How a band plays: the rhythms of a bar, in beats."""

from collections.abc import Mapping
from dataclasses import dataclass

Strokes = tuple[tuple[float, float], ...]  # beat, level


@dataclass(frozen=True)
class Style:
    """The rhythms of one bar of `metre` beats.

    `comping`: beat, length, and which tone of the chord (-1: all). `bass`: beat, length, kind. `step`: the
    shortest note of the voice. `intro`: bars without drums. `late`: where the middle of a beat
    is played: 0.5 straight, 0.66 swung.
    """

    metre: int
    drums: Mapping[str, Strokes]
    comping: tuple[tuple[float, float, int], ...]
    bass: tuple[tuple[float, float, str], ...]
    chords: str = "piano"
    step: float = 0.5
    intro: int = 0
    late: float = 0.5
    has_pad: bool = False
    splits: bool = True

    def swung(self, part: float) -> float:
        """Where a part of a beat is played."""
        if part <= 0.5:
            return part * 2 * self.late
        return self.late + (part - 0.5) * 2 * (1 - self.late)


def _each(beats: int, level: float, *, step: float = 1.0, first: float = 0.0) -> Strokes:
    count = round((beats - first) / step)
    return tuple((first + step * number, level * (1.0 if number % 2 == 0 else 0.7)) for number in range(count))


def _run(beats: float, step: float, tones: tuple[int, ...]) -> tuple[tuple[float, float, int], ...]:
    """An arpeggio."""
    return tuple((step * number, 2 * step, tones[number % len(tones)]) for number in range(round(beats / step)))


def _roots(*beats: float, length: float = 0.5) -> tuple[tuple[float, float, str], ...]:
    return tuple((beat, length, "root") for beat in beats)


_BACK = ((1.0, 0.9), (3.0, 0.9))
_EIGHTHS = tuple(0.5 * number for number in range(8))

STYLES: Mapping[str, Style] = {
    "rock": Style(
        metre=4, chords="guitar",
        drums={"kick": ((0, 1.0), (2, 0.9), (2.5, 0.8)), "snare": _BACK, "hat": _each(4, 0.8, step=0.5)},
        comping=((0, 1, -1), (1, 0.5, -1), (1.5, 0.5, -1), (2, 1, -1), (3, 0.5, -1), (3.5, 0.5, -1)),
        bass=_roots(*_EIGHTHS),
    ),
    "pop": Style(
        metre=4, chords="piano", intro=4, has_pad=True,
        drums={"kick": ((0, 1.0), (1.5, 0.8), (2, 0.4), (2.5, 0.8)), "snare": _BACK, "hat": _each(4, 0.6, step=0.5)},
        comping=((0, 1.5, -1), (1.5, 1, -1), (2.5, 1.5, -1)),
        bass=((0, 1.5, "root"), (1.5, 1, "root"), (2.5, 1, "fifth"), (3.5, 0.5, "octave")),
    ),
    "house": Style(
        metre=4, chords="organ",
        drums={
            "kick": _each(4, 1.0), "snare": ((1, 0.6), (3, 0.6)),
            "hat": ((0.5, 0.9), (1.5, 0.9), (2.5, 0.9), (3.5, 0.9)),
        },
        comping=((0, 0.5, -1), (0.75, 0.5, -1), (1.5, 0.5, -1), (2.75, 0.5, -1), (3.5, 0.5, -1)),
        bass=_roots(0.5, 1.5, 2.5, 3.5), splits=False,
    ),
    "ballad": Style(
        metre=4, chords="piano", intro=4, has_pad=True, step=0.5,
        drums={"kick": ((0, 0.9), (2, 0.7)), "snare": ((1, 0.6), (3, 0.6)), "hat": _each(4, 0.5, step=0.5)},
        comping=_run(4, 0.5, (0, 1, 2, 3, 2, 1, 2, 1)),
        bass=((0, 2, "root"), (2, 1.5, "root"), (3.5, 0.5, "fifth")),
    ),
    "funk": Style(
        metre=4, chords="guitar", step=0.25,
        drums={
            "kick": ((0, 1.0), (0.75, 0.7), (2.5, 0.9)),
            "snare": (*_BACK, (1.75, 0.3), (2.25, 0.3), (3.75, 0.3)), "hat": _each(4, 0.6, step=0.25),
        },
        comping=((0.5, 0.25, -1), (0.75, 0.25, -1), (1.5, 0.25, -1), (2.25, 0.25, -1), (2.5, 0.5, -1), (3.5, 0.25, -1)),
        bass=((0, 0.5, "root"), (0.75, 0.25, "root"), (1.5, 0.5, "octave"), (2.5, 0.5, "root"), (3.25, 0.5, "fifth")),
    ),
    "dnb": Style(
        metre=4, chords="pad", step=0.5,
        drums={"kick": ((0, 1.0), (2.5, 0.9)), "snare": _BACK, "hat": _each(4, 0.6, step=0.5)},
        comping=((0, 4, -1),),
        bass=((0, 1.5, "root"), (1.5, 1, "root"), (2.5, 1.5, "octave")), splits=False,
    ),
    "swing": Style(
        metre=4, chords="piano", late=0.65,
        drums={
            "ride": ((0, 0.9), (1, 1.0), (1.5, 0.7), (2, 0.9), (3, 1.0), (3.5, 0.7)),
            "hat": ((1, 0.7), (3, 0.7)), "kick": ((0, 0.4), (2, 0.4)),
        },
        comping=((0, 1, -1), (1.5, 0.5, -1)),
        bass=tuple((beat, 1.0, "walk") for beat in range(4)),
    ),
    "shuffle": Style(
        metre=4, chords="guitar", late=0.66,
        drums={"kick": ((0, 1.0), (2, 0.9)), "snare": _BACK, "hat": _each(4, 0.7, step=0.5)},
        comping=tuple((0.5 * number, 0.5, -1) for number in range(7)),
        bass=((0, 1, "root"), (1, 1, "fifth"), (2, 1, "octave"), (3, 1, "fifth")),
    ),
    "waltz": Style(
        metre=3, chords="piano",
        drums={"kick": ((0, 0.9),), "snare": ((1, 0.4), (2, 0.4)), "hat": ((1, 0.6), (2, 0.6))},
        comping=((1, 0.8, -1), (2, 0.8, -1)),
        bass=((0, 1, "root"), (2, 0.9, "fifth")),
    ),
    "rock waltz": Style(
        metre=3, chords="guitar", intro=4,
        drums={"kick": ((0, 1.0), (2.5, 0.5)), "snare": ((1, 0.4), (2, 0.8)), "hat": _each(3, 0.7, step=0.5)},
        comping=((0, 1, -1), (1, 0.5, -1), (1.5, 0.5, -1), (2, 0.5, -1), (2.5, 0.5, -1)),
        bass=_roots(0, 1, 1.5, 2),
    ),
    # Two beats of three quavers: steps are thirds of a beat.
    "six": Style(
        metre=2, chords="guitar", step=1 / 3, splits=False,
        drums={"kick": ((0, 1.0), (5 / 3, 0.5)), "snare": ((1, 0.9),), "hat": _each(2, 0.7, step=1 / 3)},
        comping=_run(2, 1 / 3, (0, 1, 2, 3, 2, 1)),
        bass=((0, 1, "root"), (1, 2 / 3, "root"), (5 / 3, 1 / 3, "fifth")),
    ),
    "jazz five": Style(
        metre=5, chords="piano", late=0.64,
        drums={
            "ride": ((0, 0.9), (1, 0.8), (1.5, 0.6), (2, 0.8), (3, 1.0), (3.5, 0.6), (4, 0.8)),
            "kick": ((0, 0.8), (3, 0.6)), "snare": ((2, 0.4), (4, 0.5)), "hat": ((1, 0.6), (4, 0.6)),
        },
        comping=((0, 1, -1), (1.5, 0.5, -1), (3, 1, -1), (4, 0.9, -1)),
        bass=((0, 1.4, "root"), (2, 0.9, "fifth"), (3, 1, "root"), (4, 0.9, "fifth")), splits=False,
    ),
    "rock five": Style(
        metre=5, chords="guitar",
        drums={
            "kick": ((0, 1.0), (2.5, 0.7), (3, 0.9)), "snare": ((1, 0.9), (4, 0.9)), "hat": _each(5, 0.7, step=0.5),
        },
        comping=((0, 1, -1), (1, 0.5, -1), (1.5, 0.5, -1), (2, 1, -1), (3, 1, -1), (4, 0.5, -1), (4.5, 0.5, -1)),
        bass=_roots(0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5), splits=False,
    ),
    "rock seven": Style(
        metre=7, chords="guitar",
        drums={
            "kick": ((0, 1.0), (2, 0.8), (4, 0.9), (5.5, 0.7)), "snare": ((1, 0.9), (3, 0.9), (6, 0.9)),
            "hat": _each(7, 0.7, step=0.5),
        },
        comping=((0, 1, -1), (1, 1, -1), (2, 1, -1), (3, 1, -1), (4, 1, -1), (5, 0.5, -1), (5.5, 0.5, -1), (6, 1, -1)),
        bass=_roots(0, 1, 2, 3, 4, 5, 5.5, 6), splits=False,
    ),
    "pop seven": Style(
        metre=7, chords="piano", has_pad=True, intro=2,
        drums={
            "kick": ((0, 1.0), (3, 0.9)), "snare": ((2, 0.8), (5, 0.9)), "hat": _each(7, 0.6),
        },
        comping=((0, 3, -1), (3, 2, -1), (5, 2, -1)),
        bass=((0, 2.5, "root"), (3, 1.5, "root"), (5, 1.5, "fifth")), splits=False,
    ),
    "strummed": Style(
        metre=4, chords="guitar", drums={},
        comping=((0, 1, -1), (1, 0.5, -1), (1.5, 0.5, -1), (2.5, 0.5, -1), (3, 0.5, -1), (3.5, 0.5, -1)),
        bass=((0, 2, "root"), (2, 2, "fifth")),
    ),
    "arpeggio": Style(
        metre=4, chords="piano", drums={}, splits=False,
        comping=_run(4, 0.5, (0, 2, 1, 2, 3, 2, 1, 2)),
        bass=((0, 4, "root"),),
    ),
}  # fmt: skip
