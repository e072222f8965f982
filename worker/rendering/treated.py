"""Writes one file of treated stems: slower or faster, in another key, with clicks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from worker.audio.sound import SAMPLE_RATE
from worker.audio.writing import open_track
from worker.child.tasks import RenderTask
from worker.practice.peaks import TruePeak
from worker.practice.performing import performed, performed_length
from worker.practice.treatment import Song, measure, unheard
from worker.rendering.sums import Encode, Tell, Written, stems_of

LOUDEST: Final = 10 ** (-1 / 20)  # -1 dBTP
#: Treated sound is up to 3 dB louder than its source, since its waves meet otherwise. With this headroom, a file is
#: rarely written twice.
HEADROOM: Final = 10 ** (-4 / 20)


@dataclass(frozen=True)
class Measured:
    """A song, and the peak of the mix of each treated file before its treatment."""

    song: Song
    peaks: dict[Path, float]


def measured(task: RenderTask, encodes: Sequence[Encode]) -> Measured | None:
    """Reads the song once for all files with an effect; None if there are none."""
    encodes = [encode for encode in encodes if encode.is_treated]
    if not encodes:
        return None
    is_stretched = any(encode.effect.is_stretched for encode in encodes if encode.gains)
    stems = dict(stems_of(task))
    if not any(encode.gains for encode in encodes):  # clicks alone: only the length is needed
        return Measured(unheard(stems), {encode.path: 0.0 for encode in encodes})
    song, peaks = measure(stems, [encode.gains for encode in encodes], is_stretched=is_stretched)
    return Measured(song, {encode.path: peak for encode, peak in zip(encodes, peaks, strict=True)})


def write_treated(task: RenderTask, encode: Encode, measured: Measured, tell: Tell) -> Written:
    """Writes a treated mix. Its gain is such that its true peak is at most -1 dBTP.

    Formats without a limit at full scale have no gain. A second pass is needed where the first one is too loud.
    Raises `Failed` NO_BEATS for clicks or a count-in on a song whose beats are not known.
    """
    song, effect = measured.song, encode.effect
    length = 0.0
    if effect.changes_length:
        length = performed_length(song, effect, task.analysis, is_click=not encode.gains) / SAMPLE_RATE
    encode.path.parent.mkdir(exist_ok=True)
    if encode.format_.keeps_level:
        _write(task, encode, measured, 1 / task.gain, tell)
        return Written(1.0, length)
    gain = min(HEADROOM / max(measured.peaks[encode.path], 1e-9), 1.0) if encode.gains else 1.0
    peak = _write(task, encode, measured, gain, tell)
    if peak > LOUDEST:
        gain *= 0.999 * LOUDEST / peak
        _write(task, encode, measured, gain, tell)
    return Written(gain, length)


def _write(task: RenderTask, encode: Encode, measured: Measured, gain: float, tell: Tell) -> float:
    """Writes the mix times `gain`. Returns its true peak."""
    peak = TruePeak()
    level = task.gain * gain if encode.gains and not encode.format_.keeps_level else 1.0
    before, scratch = measured.peaks[encode.path], encode.path.with_name(f"{encode.path.name}.passage")
    with open_track(encode.path, encode.format_, encode.tags, task.cover, encode.kbps, level) as track:
        for fraction, block in performed(measured.song, encode.gains, encode.effect, task.analysis, before, scratch):
            louder = block if gain == 1 else block * np.float32(gain)
            peak.push(louder)
            track.write(louder)
            tell(fraction)
    return peak.value
