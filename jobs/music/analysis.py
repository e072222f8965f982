"""The analysis of a song: tempo, beats, bars, key, chords and notes, each with how sure it is.

All times are seconds from the start of the stems. Pitch classes count from C = 0 to B = 11. A part that could not be
found is None or empty. The worker leaves out what it does not believe; `confidence` says how sure it is of the rest.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from jobs.values import Amount, Value

PitchClass = Annotated[int, Field(ge=0, le=11)]
Probability = Annotated[float, Field(ge=0, le=1)]

#: The names of pitch classes where the key has sharps, and where it has flats.
SHARPS: Final = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
FLATS: Final = ("C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B")

#: Beats in a bar of 6/8, which have three quavers each.
COMPOUND: Final = 2

#: Tonics, in major, of the keys that are written with flats: F, B♭, E♭, A♭, D♭.
_MAJOR_WITH_FLATS: Final = frozenset({5, 10, 3, 8, 1})


def signature(metre: int | None) -> str:
    """The time signature of a metre: `4/4`, `6/8` for 2; empty for none."""
    return "" if metre is None else "6/8" if metre == COMPOUND else f"{metre}/4"


class Key(Value):
    """A key. `tonic`: its pitch class."""

    tonic: PitchClass
    minor: bool = False

    @property
    def camelot(self) -> str:
        """Its place on the Camelot wheel: 8B for C major, 8A for A minor."""
        major = (self.tonic + 3) % 12 if self.minor else self.tonic
        return f"{(major * 7 + 7) % 12 + 1}{'A' if self.minor else 'B'}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the twelve pitch classes as this key writes them."""
        major = (self.tonic + 3) % 12 if self.minor else self.tonic
        return FLATS if major in _MAJOR_WITH_FLATS else SHARPS

    def moved(self, semitones: int) -> "Key":
        """The key of the song, transposed."""
        return Key(tonic=(self.tonic + semitones) % 12, minor=self.minor)


class Chord(Value):
    """A chord that sounds from `start` to `end`. `root`: its pitch class."""

    start: Amount
    end: Amount
    root: PitchClass
    quality: Literal["maj", "min"]

    @property
    def label(self) -> str:
        """Its label in the field's notation (Harte 2005): `C:maj`, `F#:min`."""
        return f"{SHARPS[self.root].replace('♯', '#')}:{self.quality}"

    def moved(self, semitones: int) -> "Chord":
        """The chord of the song, transposed."""
        return self.model_copy(update={"root": (self.root + semitones) % 12})


class Note(Value):
    """A note of a voice. `pitch`: its MIDI number, 60 for middle C."""

    start: Amount
    end: Amount
    pitch: Annotated[int, Field(ge=0, le=127)]


class Confidence(Value):
    """How sure the parts of an analysis are: 0 for a guess, 1 for certain. None: the part was not looked for."""

    tempo: Probability | None = None
    beats: Probability | None = None
    downbeats: Probability | None = None
    key: Probability | None = None
    chords: Probability | None = None


class Analysis(Value):
    """What was found in one song.

    `bpm`: beats per minute, the median of the song. `steady`: whether the beats keep that tempo from start to end.
    `metre`: beats in a bar; 2 stands for two beats of three quavers, 6/8. `downbeats`: the beats that begin a bar,
    a part of `beats`. `chords` do not overlap.
    `made_by`: the analyser's name and version, so that a better one can make it again.
    """

    made_by: str
    bpm: Annotated[float, Field(gt=0, le=400)] | None = None
    steady: bool = False
    metre: Annotated[int, Field(ge=2, le=12)] | None = None
    beats: tuple[Amount, ...] = ()
    downbeats: tuple[Amount, ...] = ()
    key: Key | None = None
    chords: tuple[Chord, ...] = ()
    bass: tuple[Note, ...] = ()
    vocals: tuple[Note, ...] = ()
    confidence: Confidence = Confidence()
