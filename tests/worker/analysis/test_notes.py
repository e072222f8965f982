"""Notes of bass and voice of composed songs on which nothing was tuned, and of what has none."""

from itertools import pairwise

import numpy as np
import pytest

from jobs.models import Stem
from tests.worker.analysis import instruments as play
from tests.worker.analysis.conftest import Analysed
from tests.worker.analysis.instruments import RATE
from tests.worker.analysis.scoring import score
from tests.worker.analysis.test_bad_input import laid, noise
from worker.analysis.analyse import analyse
from worker.analysis.listening import listen, together


@pytest.mark.parametrize("name", ["house", "waltz", "pop"])
def test_notes_of_a_song(analysed: Analysed, name: str) -> None:
    found, truth = analysed(name)
    figures = score(found, truth)
    assert figures.bass is not None
    assert figures.voice is not None
    assert figures.bass > 0.85
    assert figures.voice > 0.6
    for notes in (found.bass, found.vocals):
        assert all(note.start < note.end for note in notes)
        assert all(one.end <= other.start for one, other in pairwise(notes)), "one at a time"


def test_each_note_of_a_bass() -> None:
    """Long and short ones, an octave apart, and the same one twice."""
    pitches = (28, 40, 33, 33, 45, 31, 55)
    strokes = [(0.5 + 0.6 * number, play.bass(pitch, 0.55)) for number, pitch in enumerate(pitches)]
    sound = np.stack([laid(*strokes, seconds=6)] * 2, axis=1)
    stems = {Stem.BASS: 0.5 * sound, Stem.OTHER: np.zeros_like(sound)}
    found = analyse(listen([*stems], together(stems))).bass
    assert [note.pitch for note in found] == [*pitches]
    assert [note.start for note in found] == pytest.approx([at for at, _ in strokes], abs=0.04)


def test_noise_and_what_came_through_from_other_stems_have_no_notes() -> None:
    hiss = np.stack([noise()] * 2, axis=1)
    line = np.stack([laid(*[(1 + number, play.organ(60, 0.8)) for number in range(20)])] * 2, axis=1)
    for voice, rest in ((hiss, line), (0.003 * line, line)):
        stems = {Stem.VOCALS: voice, Stem.ACCOMPANIMENT: rest}
        assert analyse(listen([*stems], together(stems))).vocals == ()
    assert len(line) == 30 * RATE
