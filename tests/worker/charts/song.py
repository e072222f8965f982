"""The analysis of a song that the tests know: eight bars in G minor, four chords, with a pickup."""

from pathlib import Path
from typing import Any

from symusic import Score

from jobs.music.analysis import Analysis, Chord, Key, Note

START, BEAT = 0.6, 0.5
BEATS = tuple(START + BEAT * number for number in range(33))  # the first is a pickup
BARS = BEATS[1::4]


def _chords() -> tuple[Chord, ...]:
    """G minor, E flat, B flat, F; in bar 4 and 8 two beats of D minor behind two of F."""
    chords = []
    for number, start in enumerate(BARS):
        root, quality = ((7, "min"), (3, "maj"), (10, "maj"), (5, "maj"))[number % 4]
        end = start + 4 * BEAT
        if number % 4 == 3:
            chords += [_chord(start, end - 2 * BEAT, root, quality), _chord(end - 2 * BEAT, end, 2, "min")]
        else:
            chords.append(_chord(start, end, root, quality))
    return tuple(chords)


def _chord(start: float, end: float, root: int, quality: str) -> Chord:
    return Chord.model_validate({"start": start, "end": end, "root": root, "quality": quality})


SONG = Analysis(
    made_by="test",
    bpm=120,
    steady=True,
    metre=4,
    beats=BEATS,
    downbeats=BARS,
    key=Key(tonic=7, minor=True),
    chords=_chords(),
    bass=tuple(Note(start=bar, end=bar + BEAT, pitch=43) for bar in BARS),
    vocals=(Note(start=BARS[1], end=BARS[1] + 1, pitch=62), Note(start=BARS[1] + 1, end=BARS[2], pitch=62)),
)


def read_midi(path: Path) -> Any:
    """A MIDI file as another library than the one that writes it reads it; times are seconds."""
    return Score(path, ttype="second")
