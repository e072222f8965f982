"""Writes one file of treated stems: slower or faster, in another key."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from jobs.renditions import PLAIN
from worker.audio.writing import open_track
from worker.child.tasks import RenderTask
from worker.practice.peaks import TruePeak
from worker.practice.treatment import Song, measure, treated
from worker.rendering.sums import Encode, Tell, stems_of

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
    encodes = [encode for encode in encodes if encode.effect != PLAIN]
    if not encodes:
        return None
    song, peaks = measure(dict(stems_of(task)), [encode.gains for encode in encodes])
    return Measured(song, {encode.path: peak for encode, peak in zip(encodes, peaks, strict=True)})


def write_treated(task: RenderTask, encode: Encode, measured: Measured, tell: Tell) -> float:
    """Writes a treated mix. Returns its gain against the stored stems, so that its true peak is at most -1 dBTP.

    Formats without a limit at full scale have no gain. A second pass is needed where the first one is too loud.
    """
    encode.path.parent.mkdir(exist_ok=True)
    if encode.format_.keeps_level:
        _write(task, encode, measured.song, 1 / task.gain, tell)
        return 1.0
    gain = min(HEADROOM / max(measured.peaks[encode.path], 1e-9), 1.0)
    peak = _write(task, encode, measured.song, gain, tell)
    if peak > LOUDEST:
        gain *= 0.999 * LOUDEST / peak
        _write(task, encode, measured.song, gain, tell)
    return gain


def _write(task: RenderTask, encode: Encode, song: Song, gain: float, tell: Tell) -> float:
    """Writes the mix times `gain`. Returns its true peak."""
    peak = TruePeak()
    level = 1.0 if encode.format_.keeps_level else task.gain * gain
    with open_track(encode.path, encode.format_, encode.tags, task.cover, encode.kbps, level) as track:
        for fraction, block in treated(song, encode.gains, encode.effect):
            louder = block * np.float32(gain)
            peak.push(louder)
            track.write(louder)
            tell(fraction)
    return peak.value
