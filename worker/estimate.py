"""How long it will still take: pure guesses from what was seen so far."""

from jobs.models import Format, Rendition

#: Seconds of rendering per second of song and rendition on one core, by format. Measured orders of magnitude: they
#: only matter until rendering itself reports.
RENDER_COST = {Format.MP3: 0.03, Format.M4A: 0.02, Format.FLAC: 0.002, Format.WAV: 0.002}


def rest_of_stage(elapsed: float, first: float, fraction: float) -> float | None:
    """Seconds left in a stage that was at `first` when we began to watch it, `elapsed` seconds ago, and is at
    `fraction` now. None while there is too little to go by.
    """
    gained = fraction - first
    if gained < 0.02 or elapsed <= 0:
        return None
    return max(0.0, (1 - fraction) * elapsed / gained)


def rendering(song_seconds: float | None, renditions: list[Rendition], cores: int) -> float:
    """Seconds that rendering will take after the separation."""
    cost = sum(RENDER_COST[rendition.format] for rendition in renditions)
    return (song_seconds or 0) * cost * 2 / max(1, min(cores, 2))
