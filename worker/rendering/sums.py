"""Writes one file of stems: a stem, or the sum of several, encoded and tagged."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jobs.failures import Reason, failed
from jobs.models import Effect, Format, Stem
from jobs.music.effects import PLAIN
from jobs.results import Tags
from worker.audio.flac_comments import copy_with_comments
from worker.audio.pictures import read_picture
from worker.audio.reading import open_song
from worker.audio.writing import comment, open_track, tempo_and_key
from worker.child.tasks import RenderTask
from worker.rendering.mixing import peak_of, sum_of

Tell = Callable[[float], None]  # takes the fraction of the file that is done; raises to stop the work


@dataclass(frozen=True)
class Encode:
    """One file to make: `path`, from stems times their gains; without stems, clicks alone. `kbps`: for a format with a
    bit rate."""

    path: Path
    gains: Mapping[Stem, float]
    effect: Effect
    format_: Format
    kbps: int
    tags: Tags

    @property
    def is_treated(self) -> bool:
        """Whether it is more than a sum of stems."""
        return self.effect != PLAIN or not self.gains


class Written(NamedTuple):
    """`gain`: of a file against the stored stems. `seconds`: its length, where it is not the song's at the tempo."""

    gain: float
    seconds: float = 0.0


def write_sum(task: RenderTask, encode: Encode, tell: Tell) -> Written:
    """Writes the sum of some stems. Its gain is below 1 where it would have clipped."""
    sources = [_source(task, stem) for stem in encode.gains]
    gains = [*encode.gains.values()]
    encode.path.parent.mkdir(exist_ok=True)
    if encode.format_ is Format.FLAC and gains == [1.0] and _is_tagged(sources[0], encode.tags, task):
        _copy(sources[0], encode.path, encode.tags)
        tell(1.0)
        return Written(1.0)
    gain, before = 1.0, 0.0
    if gains != [1.0] and not encode.format_.keeps_level:
        # Stems are read twice: that costs little beside encoding, and a song needs much memory.
        before, peak = 0.2, 0.0
        for fraction, peak_so_far in peak_of(sources, gains):
            peak = peak_so_far
            tell(before * fraction)
        gain = 1 / max(peak, 1.0)
    level = 1.0 if encode.format_.keeps_level else task.gain * gain
    factor = np.float32(level / task.gain)
    with open_track(encode.path, encode.format_, encode.tags, task.cover, encode.kbps, level) as track:
        for fraction, block in sum_of(sources, gains):
            track.write(block if factor == 1 else block * factor)
            tell(before + (1 - before) * fraction)
    return Written(gain)


def stems_of(task: RenderTask) -> Iterator[tuple[Stem, Path]]:
    """The stored stems of the track, in the order of its model."""
    for file in task.stems:
        if file.stem is not None:
            yield file.stem, task.stems_dir / file.name


def _source(task: RenderTask, stem: Stem) -> Path:
    for known, path in stems_of(task):
        if known == stem:
            return path
    raise failed(Reason.INTERNAL, f"no {stem} in this track")


def _is_tagged(path: Path, tags: Tags, task: RenderTask) -> bool:
    """Whether a stored stem already has the tags of its delivered file."""
    picture = read_picture(task.cover) if task.cover else None
    with open_song(path) as song:
        return (song.title or "", song.artist or "", song.comment or "", song.cover) == (
            tags.title.strip(),
            tags.artist.strip(),
            comment(task.gain),
            picture.content if picture else None,
        )


def _copy(source: Path, path: Path, tags: Tags) -> None:
    """A hard link to a stored stem, a copy on a disk without links; where tempo or key are known, a copy that has them.

    Raises `Failed` INTERNAL for a stem that is no FLAC.
    """
    if found := tempo_and_key(tags, "flac"):
        try:
            copy_with_comments(source, path, found)
        except ValueError as error:
            raise failed(Reason.INTERNAL, f"{source.name}: {error}") from error
        return
    try:
        path.hardlink_to(source)
    except OSError:
        unfinished = path.with_name(path.name + ".part")
        shutil.copyfile(source, unfinished)
        unfinished.replace(path)
