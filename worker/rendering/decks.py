"""The stem file of a deck, from the stored stems."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from jobs.models import Stem
from jobs.results import FileTags
from worker.audio.stem_file import Block, write_stem_file
from worker.child.cgroups import cores
from worker.child.tasks import RenderTask
from worker.rendering.mixing import blocks_of, peak_of
from worker.rendering.sums import Tell, stems_of

KBPS: Final = 256  # of each track, at most: what the Stem Creator writes
LEADING: Final = (Stem.DRUMS, Stem.BASS)  # then the rest, then the vocals
READING: Final = 0.1  # of the work: finding the peak


def write_deck(task: RenderTask, path: Path, tags: FileTags, kbps: int, tell: Tell) -> None:
    """Writes the stem file of a track with drums, bass, vocals and other stems, which become one.

    All tracks have one gain, below 1 where the mix would clip, so that the stems add up to it. Raises `Failed` INTERNAL
    for a damaged stem, `OSError` for a full disk.
    """
    stems = dict(stems_of(task))
    peak = 0.0
    for fraction, so_far in peak_of([*stems.values()]):
        peak = so_far
        tell(READING * fraction)
    path.parent.mkdir(exist_ok=True)
    gain = 1 / max(peak, 1.0)
    tracks = _tracks([*stems], [*stems.values()], np.float32(gain), tell)
    rate, threads = min(kbps or KBPS, KBPS), task.threads or cores()
    write_stem_file(path, tracks, tags, task.cover, gain=task.gain * gain, kbps=rate, threads=threads)
    tell(1.0)


def _tracks(names: Sequence[Stem], paths: Sequence[Path], gain: np.float32, tell: Tell) -> Iterator[tuple[Block, ...]]:
    """Blocks of the five tracks: the mix, drums, bass, the rest, the vocals."""
    rest = [names.index(stem) for stem in names if stem not in (*LEADING, Stem.VOCALS)]
    for fraction, blocks in blocks_of(paths):
        louder = [block * gain for block in blocks]
        others: Block = sum((louder[at] for at in rest[1:]), louder[rest[0]])
        tracks = (*(louder[names.index(stem)] for stem in LEADING), others, louder[names.index(Stem.VOCALS)])
        yield (sum(tracks[1:], tracks[0]), *tracks)
        tell(READING + (1 - READING) * fraction)
