"""Limits of the children that work on a song."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from jobs.models import Rendition
from jobs.music.passages import LONGEST
from jobs.progress import Lane
from jobs.settings import Settings
from worker.child.cgroups import cores
from worker.child.footprint import SONG_FILES
from worker.child.limits import Limits, largest_file

HUNGRY: Final = 25  # MB of stock Spleeter per second of the song; 23 measured


#: Songs of the slow lane make way for others, so they may take so many times FLBT_JOB_TIMEOUT.
PATIENCE: Final = 4


def time_for(lane: Lane, settings: Settings) -> float:
    """Seconds that a track of a lane may take."""
    return settings.job_timeout * (PATIENCE if lane is Lane.SLOW else 1)


def limits_of(settings: Settings, seconds: float = 0.0, lane: Lane = Lane.STUDIO) -> Limits:
    """Limits of a child that separates `seconds` of music (0: not known yet), or renders."""
    hungry = HUNGRY * seconds if settings.engine == "spleeter" else 0.0
    return Limits(
        memory_mb=settings.memory_mb and settings.memory_mb + hungry,
        cpu_seconds=time_for(lane, settings) * (settings.threads or cores()),
        file_mb=largest_file(settings.max_seconds),
        folder_mb=SONG_FILES * largest_file(seconds or settings.max_seconds),
    )


def limits_of_rendering(settings: Settings, seconds: float, missing: Sequence[Rendition]) -> Limits:
    """Limits of a child that renders a song of `seconds`. Passages may be longer than their song."""
    limits = limits_of(settings)
    if any(rendition.effect.passage for rendition in missing):
        seconds = max(seconds, LONGEST)
        limits = replace(limits, file_mb=max(limits.file_mb, largest_file(seconds)))
    # Each is made of files that are zipped, or of a file beside its draft, or beside its passage.
    return replace(limits, folder_mb=(2 * len(missing) + 1) * largest_file(seconds))
