"""Notes of one voice at a time: the likeliest pitches (Viterbi), cut where a note begins again."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from jobs.music.analysis import Note
from worker.analysis.periods import HOP_SECONDS, Range
from worker.analysis.pulses import Floats, attacks
from worker.analysis.spectra import BANDS, FRAMES_PER_SECOND

ROUGH: Final = 0.5  # sound that is less alike to its repetition has no pitch
SHARP: Final = 3.0  # how much a better repetition counts
LOWER: Final = 0.15  # what an octave lower costs: sounds repeat after two periods, too
CHANGE: Final = 4.0  # cost of another pitch
VOICED: Final = 1.2  # cost of a beginning, and of an end
FAINT_DB: Final = -15.0  # against the loud parts of the stem: what is fainter came through from other stems
WEAK_DB: Final = -7.0  # against the usual note, at its loudest: the same
SHORTEST: Final = 0.1  # seconds
ATTACK: Final = 1.4  # the least strength of an attack
RISE: Final = 2.0  # of the power at an attack that begins a note of the same pitch again
APART: Final = 0.12  # seconds between two attacks
#: Seconds around the begin of a pitch within which an attack belongs to it: a voice slides into its pitch.
BEFORE, AFTER = 0.15, 0.09
REACH: Final = 5  # frames on each side of an attack whose powers are compared


def notes_of(of: Range, roughness: Floats, power: Floats, flux: Floats) -> tuple[Note, ...]:
    """`roughness`, `power`: of a stem, as of `Periods`. `flux`: of the same, as of `Flux`."""
    if not len(power) or float(power.max()) < 1e-7:
        return ()
    loud = float(np.percentile(power[power > 0], 95))
    pitches = _pitches(of, roughness, power < loud * 10 ** (FAINT_DB / 10))
    begins = _attacks(flux)
    notes: list[Note] = []
    edges = np.flatnonzero(np.diff(pitches)) + 1
    for first, last in zip([0, *edges], [*edges, len(pitches)], strict=True):
        if pitches[first] < 0:
            continue
        start, end = first * HOP_SECONDS, last * HOP_SECONDS
        start = _struck(start, begins, power)
        again = [at for at in begins[(begins > start + APART) & (begins < end - APART)] if _rise(power, at) > RISE]
        for begin, stop in zip([start, *again], [*again, end], strict=True):
            if stop - begin >= SHORTEST:
                on, off = round(max(float(begin), 0.0), 3), round(float(stop), 3)
                if notes and notes[-1].end > on:
                    notes[-1] = notes[-1].model_copy(update={"end": max(on, notes[-1].start)})
                notes.append(Note(start=on, end=off, pitch=of.low + int(pitches[first])))
    return _without_weak([note for note in notes if note.end > note.start], power)


def _without_weak(notes: list[Note], power: Floats) -> tuple[Note, ...]:
    frames = [(round(note.start / HOP_SECONDS), round(note.end / HOP_SECONDS) + 1) for note in notes]
    peaks = [float(power[first:last].max(initial=0)) for first, last in frames]
    least = float(np.median(peaks)) * 10 ** (WEAK_DB / 10) if peaks else 0.0
    return tuple(note for note, peak in zip(notes, peaks, strict=True) if peak >= least)


def _struck(start: float, begins: NDArray[np.float64], power: Floats) -> float:
    """The begin of a note whose pitch begins at `start`: the attack near it that makes the stem loudest."""
    near = begins[(begins > start - BEFORE) & (begins < start + AFTER)]
    if not len(near):
        return start
    rises = [_rise(power, at) for at in near]
    if max(rises) > RISE:
        return float(near[int(np.argmax(rises))])
    closest = float(near[int(np.abs(near - start).argmin())])
    return closest if abs(closest - start) < AFTER else start


def _rise(power: Floats, at: float) -> float:
    """How much louder the 60 ms after a moment are than the 60 ms before it."""
    frame = round(at / HOP_SECONDS)
    before, after = power[max(frame - REACH, 0) : frame], power[frame + 1 : frame + 1 + REACH]
    return float(after.mean() / max(float(before.mean()), 1e-12)) if len(before) and len(after) else 0.0


def _pitches(of: Range, roughness: Floats, is_faint: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The pitch of each frame, counted from the lowest; -1 for none."""
    octaves = ((of.high - np.arange(of.low, of.high + 1)) / 12).astype(np.float32)
    scores = -SHARP * (roughness + LOWER * octaves)
    silent = np.where(is_faint, 0, -SHARP * (ROUGH + LOWER * float(octaves.mean()))).astype(np.float32)
    scores[is_faint] = -SHARP
    scores = np.concatenate([scores, silent[:, None]], axis=1)
    count = scores.shape[1]
    best, origins = scores[0], np.zeros(scores.shape, np.int16)
    stay = np.arange(count)
    for index in range(1, len(scores)):
        voiced = int(best[:-1].argmax())
        other = np.full(count, best[voiced] - CHANGE)
        other[:-1] = np.maximum(other[:-1], best[-1] - VOICED)
        other[-1] = best[voiced] - VOICED
        source = np.full(count, voiced)
        source[:-1][best[-1] - VOICED >= best[voiced] - CHANGE] = count - 1
        origins[index] = np.where(best >= other, stay, source)
        best = np.maximum(best, other) + scores[index]
    states = np.zeros(len(scores), np.int64)
    states[-1] = int(best.argmax())
    for index in range(len(scores) - 1, 0, -1):
        states[index - 1] = origins[index, states[index]]
    return np.where(states == count - 1, -1, states)


def _attacks(flux: Floats) -> NDArray[np.float64]:
    """The seconds at which notes are struck."""
    strength = attacks(flux, [1.0] * len(BANDS))
    inner = np.arange(1, len(strength) - 1)
    peaks = inner[(strength[inner] >= strength[inner - 1]) & (strength[inner] > strength[inner + 1])]
    peaks = peaks[strength[peaks] > ATTACK]
    chosen: list[float] = []
    for at in peaks / FRAMES_PER_SECOND:
        if not chosen or at - chosen[-1] > APART:
            chosen.append(float(at))
    return np.array(chosen)
