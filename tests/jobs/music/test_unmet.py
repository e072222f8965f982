"""What is made of a song needs what was found in it."""

import pytest

from jobs.failures import Reason
from jobs.models import Chart, Click, Content, Deck, Effect, Mix, Notes, Session, Stem, Stems
from jobs.music.analysis import Analysis, Chord, Note
from jobs.music.passages import Passage
from jobs.music.unmet import unmet

MIX = Mix(stems=(Stem.BASS,))
KNOWN = Analysis(
    made_by="test",
    beats=(0.0, 0.5, 1.0),
    downbeats=(0.0,),
    chords=(Chord(start=0, end=1, root=0, quality="maj"),),
    bass=(Note(start=0, end=1, pitch=40),),
)


@pytest.mark.parametrize(
    ("content", "effect", "reason"),
    [
        (Stems(), Effect(tempo=80, key=-2), None),
        (Session(), Effect(), None),
        (Deck(), Effect(), None),
        (MIX, Effect(passage=Passage(start=1, end=5)), None),
        (Click(), Effect(), Reason.NO_BEATS),
        (MIX, Effect(count_in=1), Reason.NO_BEATS),
        (MIX, Effect(click="stage"), Reason.NO_BEATS),
        (MIX, Effect(passage=Passage(start=1, end=2, unit="bars")), Reason.NO_BEATS),
        (Chart(), Effect(), Reason.NO_CHORDS),
        (Notes(), Effect(), Reason.NO_NOTES),
    ],
)
def test_what_is_needed(content: Content, effect: Effect, reason: Reason | None) -> None:
    for analysis in (None, Analysis(made_by="test")):
        why = unmet(content, effect, analysis, song=60)
        assert (why and why.reason) == reason
    bars = effect.passage is not None and effect.passage.unit == "bars"
    why = unmet(content, effect, KNOWN, song=60)
    assert (why and why.reason) == (Reason.BARS_BEYOND if bars else None)
