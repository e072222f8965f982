"""A mix as it is practised: treated, with a count-in and clicks, or a passage of it again and again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobs.models import Effect, Stem
from jobs.music.analysis import Analysis
from jobs.music.passages import span_of
from worker.audio.sound import SAMPLE_RATE
from worker.practice.clicking import Clicking
from worker.practice.grid import Grid, Hit, grid_of
from worker.practice.looping import Pass, looped
from worker.practice.treatment import Song, treated, treated_length
from worker.rendering.mixing import Block

BLOCK: Final = 1 << 16  # samples of a block without music
QUIETEST: Final = 0.05  # peak of music that clicks are matched to
NO_CLICKS: Final = Grid(0, (), ())


class Section(NamedTuple):
    """The music from sample `first` to `last` of the song, at one tempo: its count-in, then `times` the music, of
    `length` samples each, with the clicks of the grid."""

    effect: Effect
    first: int
    last: int
    times: int
    length: int
    grid: Grid

    @property
    def samples(self) -> int:
        return self.grid.lead + self.times * self.length

    def hits(self, *, with_beats: bool) -> list[Hit]:
        """All clicks of the section, from its beginning on."""
        again = range(0, self.times * self.length, self.length) if with_beats and self.length else ()
        return [*self.grid.counted, *(hit._replace(sample=hit.sample + by) for by in again for hit in self.grid.beats)]


def sections_of(samples: int, effect: Effect, analysis: Analysis | None, *, is_click: bool) -> tuple[Section, ...]:
    """What is heard one after the other of a song of `samples`: a drill has a section for each tempo.

    Raises `Failed`: NO_BEATS for clicks, a count-in or bars of a song without known beats; and as `span_of`.
    """
    song, passage = samples / SAMPLE_RATE, effect.passage
    start, end = span_of(passage, analysis, song, effect.tempo) if passage else (0.0, song)
    first, last = round(start * SAMPLE_RATE), min(round(end * SAMPLE_RATE), samples)
    sections = []
    for tempo in effect.tempi:
        once = effect.model_copy(update={"tempo": tempo, "passage": None, "count_in": effect.bars_before})
        grid = grid_of(analysis, once, start, end) if once.needs_beats or is_click else NO_CLICKS
        length = treated_length(last - first, once)
        sections.append(Section(once, first, last, passage.times if passage else 1, length, grid))
    return tuple(sections)


def performed(
    song: Song,
    gains: Mapping[Stem, float],
    effect: Effect,
    analysis: Analysis | None,
    peak: float,
    scratch: Path,
) -> Iterator[tuple[float, Block]]:
    """The mix of the stems in `gains`, practised: (samples, 2) blocks, each with the fraction that is done.

    Without stems, the clicks alone. `peak`: of the mix before its treatment; clicks are as loud, with 4 dB less.
    `scratch`: a file for a passage, removed at the end. Raises `Failed` as `sections_of`, INTERNAL for a damaged stem.
    """
    is_click = not gains
    sections = sections_of(song.samples, effect, analysis, is_click=is_click)
    whole = sum(section.samples for section in sections)
    done = 0
    for section in sections:
        hits = section.hits(with_beats=is_click or effect.click is not None)
        clicks = Clicking(hits, 1.0 if is_click else max(peak, QUIETEST))
        at = 0
        for music in _music(song, gains, section, scratch, is_passage=effect.passage is not None):
            clicked = clicks.block(at, len(music))
            at += len(music)
            done += len(music)
            yield done / max(whole, 1), _together(music, clicked, is_stage=effect.click == "stage")


def performed_length(song: Song, effect: Effect, analysis: Analysis | None, *, is_click: bool) -> int:
    """The samples of a practised mix. Raises `Failed` as `sections_of`."""
    return sum(section.samples for section in sections_of(song.samples, effect, analysis, is_click=is_click))


def _music(
    song: Song, gains: Mapping[Stem, float], section: Section, scratch: Path, *, is_passage: bool
) -> Iterator[Block]:
    """Silence for the count-in, then the music; silence throughout without stems."""
    if not gains:
        yield from _silence(section.samples)
    elif is_passage:
        one = Pass(section.first, section.last, section.length)
        yield from looped(song, gains, section.effect, one, section.times, section.grid.lead, scratch)
    else:
        yield from _silence(section.grid.lead)
        yield from (block for _, block in treated(song, gains, section.effect))


def _silence(samples: int) -> Iterator[Block]:
    for start in range(0, samples, BLOCK):
        yield np.zeros((min(BLOCK, samples - start), 2), np.float32)


def _together(music: Block, clicks: NDArray[np.float32], *, is_stage: bool) -> Block:
    """Clicks over the music; on a stage, clicks on the left and the music on the right."""
    if is_stage:
        return np.stack([clicks, music.mean(axis=1, dtype=np.float32)], axis=1)
    return music + clicks[:, None]
