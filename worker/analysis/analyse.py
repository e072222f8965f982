"""From what was heard of a song to its analysis. Parts that are not sure enough are left out."""

from typing import Final

import numpy as np

from jobs.music.analysis import Analysis, Confidence, Note
from jobs.music.stems import Stem
from worker.analysis.chords import chords_of
from worker.analysis.chroma import chroma_of
from worker.analysis.curves import curves_of
from worker.analysis.grid import Grid, find_grid
from worker.analysis.keys import find_key
from worker.analysis.listening import Heard
from worker.analysis.melody import notes_of
from worker.analysis.tempo import bpm_of, is_steady, smoothed
from worker.analysis.version import MADE_BY

SURE: Final = 0.5  # a part that is more likely wrong than right is left out
SEGMENT: Final = 0.5  # seconds for one chord at least, where there are no beats


def analyse(heard: Heard) -> Analysis:
    """The analysis of a song."""
    grid = find_grid(curves_of(heard.flux, heard.pitches))
    found = _with_harmony(_with_beats(Analysis(made_by=MADE_BY), heard, grid), heard)
    return found.model_copy(update={"bass": _notes(heard, Stem.BASS), "vocals": _notes(heard, Stem.VOCALS)})


def _notes(heard: Heard, stem: Stem) -> tuple[Note, ...]:
    voice = heard.voices.get(stem)
    return notes_of(voice.range, voice.roughness, voice.power, voice.flux) if voice else ()


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


def _with_harmony(analysis: Analysis, heard: Heard) -> Analysis:
    """With chords and key, as far as they are sure."""
    edges, is_downbeat = _segments(analysis, heard.seconds)
    chords, sure = chords_of(chroma_of(heard.pitches), edges, is_downbeat)
    key, chance = find_key(chords)
    confidence = analysis.confidence.model_copy(
        update={"chords": round(sure, 2), "key": round(sure * chance, 2) if key else 0.0}
    )
    found: dict[str, object] = {"chords": chords, "key": key if sure * chance >= SURE else None} if sure >= SURE else {}
    return analysis.model_copy(update={"confidence": confidence, **found})


def _segments(analysis: Analysis, seconds: float) -> tuple[list[float], list[bool]]:
    """Where chords may change: at beats, or else every half second; and which segments begin a bar."""
    inner = analysis.beats or tuple(float(at) for at in np.arange(SEGMENT, seconds, SEGMENT))
    edges = [0.0, *(at for at in inner if 0.05 < at < seconds - 0.05), seconds]
    downbeats = set(analysis.downbeats)
    return edges, [edge in downbeats for edge in edges[:-1]]
