"""A mix as it is practised: treated, with its count-in, and with clicks on its beats."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from jobs.models import Effect, Stem
from jobs.music.analysis import Analysis
from worker.audio.sound import SAMPLE_RATE
from worker.practice.clicking import Clicking
from worker.practice.grid import Grid, grid_of
from worker.practice.treatment import Song, treated, treated_length
from worker.rendering.mixing import Block

BLOCK: Final = 1 << 16  # samples of a block without music
QUIETEST: Final = 0.05  # peak of music that clicks are matched to


def performed(
    song: Song, gains: Mapping[Stem, float], effect: Effect, analysis: Analysis | None, peak: float
) -> Iterator[tuple[float, Block]]:
    """The mix of the stems in `gains`, practised: (samples, 2) blocks, each with the fraction that is done.

    Without stems, the clicks alone. `peak`: of the mix before its treatment; clicks are as loud, with 4 dB less.
    Raises `Failed` NO_BEATS for clicks or a count-in on a song without known beats, INTERNAL for a damaged stem.
    """
    if gains and not effect.needs_beats:
        yield from treated(song, gains, effect)
        return
    grid = grid_of(analysis, effect, 0.0, song.samples / SAMPLE_RATE)
    hits = grid.counted + (grid.beats if effect.click or not gains else ())
    clicks = Clicking(hits, max(peak, QUIETEST) if gains else 1.0)
    whole = grid.lead + treated_length(song.samples, effect)
    done = 0
    for music in _music(song, gains, effect, grid):
        clicked = clicks.block(done, len(music))
        done += len(music)
        yield done / max(whole, 1), _together(music, clicked, is_stage=effect.click == "stage")


def performed_length(song: Song, effect: Effect, analysis: Analysis | None) -> int:
    """The samples of a practised mix. Raises `Failed` NO_BEATS."""
    lead = grid_of(analysis, effect, 0.0, song.samples / SAMPLE_RATE).lead if effect.count_in else 0
    return lead + treated_length(song.samples, effect)


def _music(song: Song, gains: Mapping[Stem, float], effect: Effect, grid: Grid) -> Iterator[Block]:
    """Silence for the count-in, then the music; silence throughout without stems."""
    yield from _silence(grid.lead)
    if gains:
        yield from (block for _, block in treated(song, gains, effect))
    else:
        yield from _silence(treated_length(song.samples, effect))


def _silence(samples: int) -> Iterator[Block]:
    for start in range(0, samples, BLOCK):
        yield np.zeros((min(BLOCK, samples - start), 2), np.float32)


def _together(music: Block, clicks: np.ndarray[tuple[int], np.dtype[np.float32]], *, is_stage: bool) -> Block:
    """Clicks over the music; on a stage, clicks on the left and the music on the right."""
    if is_stage:
        return np.stack([clicks, music.mean(axis=1, dtype=np.float32)], axis=1)
    return music + clicks[:, None]
