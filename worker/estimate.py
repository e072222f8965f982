"""Estimates of the remaining time. Pure."""

from collections.abc import Sequence

from jobs.models import Format, Rendition, Stem

#: Seconds of one core per second of song and file, by format and for an effect, as measured. Used only until rendering
#: reports.
TREATMENT_COST = 0.015
RENDER_COST = {Format.MP3: 0.01, Format.M4A: 0.025, Format.FLAC: 0.0005, Format.WAV: 0.003, Format.WAV32: 0.003}


def rest_of_stage(elapsed: float, first: float, fraction: float) -> float | None:
    """Seconds left in a stage that was at `first` at its first report, `elapsed` seconds ago, and is at `fraction` now.
    None while the change is too small.
    """
    gained = fraction - first
    if gained < 0.02 or elapsed <= 0:
        return None
    return max(0.0, (1 - fraction) * elapsed / gained)


def rendering(song_seconds: float | None, renditions: list[Rendition], stems: Sequence[Stem], cores: int) -> float:
    """Seconds of rendering after the separation, with one file per core at a time."""
    encoded = {each.unpacked for each in renditions}  # files and an archive of them are encoded once
    files = {each: len(stems if each.is_page else each.files(stems)) for each in encoded}
    pages = RENDER_COST[Format.MP3] * len(stems) * sum(each.package is not None for each in renditions)
    cost = sum(
        (RENDER_COST[each.encoding.format] + TREATMENT_COST * each.effect.is_stretched) * each.effect.seconds(count)
        for each, count in files.items()
    )
    return (song_seconds or 0) * (cost + pages) / max(1, min(cores, sum(files.values())))
