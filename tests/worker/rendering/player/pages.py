"""Pages of small songs, for tests here and in the browser."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.models import Effect, Format, Stem
from jobs.music.analysis import Analysis, Chord, Key
from jobs.music.effects import PLAIN
from jobs.results import Tags
from tests.sounds import RATE
from worker.audio.writing import open_track
from worker.rendering.player.page import Song, write_page

TAGS = Tags(title="Águas de Março", artist="Elis & Tom")

#: Two beats a second, four in a bar; a chord each two bars.
ANALYSIS = Analysis(
    made_by="test",
    bpm=120,
    steady=True,
    metre=4,
    beats=tuple(beat / 2 for beat in range(24)),
    downbeats=tuple(beat / 2 for beat in range(0, 24, 4)),
    key=Key(tonic=0),
    chords=(
        Chord(start=0, end=4, root=0, quality="maj"),
        Chord(start=4, end=8, root=9, quality="min"),
        Chord(start=8, end=12, root=7, quality="maj"),
    ),
)


def tone(hertz: float, seconds: float, level: float = 0.2) -> NDArray[np.float32]:
    """A sine on both sides: (samples, 2)."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.repeat(level * np.sin(2 * np.pi * hertz * time), 2).reshape(-1, 2).astype(np.float32)


def noise(seconds: float, seed: int = 1, level: float = 0.1) -> NDArray[np.float32]:
    """The same noise on both sides, without the highs that MP3 leaves out: (samples, 2)."""
    white = np.random.default_rng(seed).standard_normal(round(seconds * RATE) + 7)
    smooth = np.convolve(white, np.ones(8) / 8, "valid")
    return np.repeat(level * smooth, 2).reshape(-1, 2).astype(np.float32)


def make_page(
    folder: Path,
    stems: Mapping[Stem, NDArray[np.float32]],
    tags: Tags = TAGS,
    kbps: int = 128,
    effect: Effect = PLAIN,
    analysis: Analysis | None = None,
    language: str = "",
) -> Path:
    """Stores stems in `folder`, and writes the page of them there."""
    for stem, sound in stems.items():
        with open_track(folder / f"{stem}.flac", Format.FLAC, tags) as track:
            track.write(sound)
    sources = tuple((stem, folder / f"{stem}.flac") for stem in stems)
    page = folder / "player.html"
    write_page(page, Song(tags, sources, effect, analysis, language), kbps, 2, lambda _: None)
    return page
