"""From what was heard of a song to its analysis. Parts that are not sure enough are left out."""

from typing import Final

from jobs.music.analysis import Analysis, Confidence
from worker.analysis.curves import curves_of
from worker.analysis.grid import Grid, find_grid
from worker.analysis.listening import Heard
from worker.analysis.tempo import bpm_of, is_steady, smoothed
from worker.analysis.version import MADE_BY

SURE: Final = 0.5  # a part that is more likely wrong than right is left out


def analyse(heard: Heard) -> Analysis:
    """The analysis of a song."""
    grid = find_grid(curves_of(heard.flux, heard.pitches))
    return _with_beats(Analysis(made_by=MADE_BY), heard, grid)


def _with_beats(analysis: Analysis, heard: Heard, grid: Grid | None) -> Analysis:
    """With tempo, beats, metre and downbeats, as far as they are sure."""
    sure = grid.sureness if grid else 0.0
    of_bars = sure * grid.bars if grid else 0.0
    confidence = Confidence(tempo=round(sure, 2), beats=round(sure, 2), downbeats=round(of_bars, 2))
    if grid is None or sure < SURE:
        return analysis.model_copy(update={"confidence": confidence})
    beats = smoothed(grid.seconds)
    beats = beats[(beats >= 0) & (beats < heard.seconds)]
    times = tuple(round(float(at), 3) for at in beats)
    found: dict[str, object] = {"bpm": round(bpm_of(beats), 2), "steady": is_steady(beats), "beats": times}
    if of_bars >= SURE:
        found |= {"metre": grid.metre, "downbeats": times[grid.first :: grid.metre]}
    return analysis.model_copy(update={"confidence": confidence, **found})
