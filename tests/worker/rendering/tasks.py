"""Tasks of the renderer: a track of four stems, and renditions of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jobs.filenames import file_tags
from jobs.models import Archive, Encoding, Format, Mix, Rendition, Stem
from jobs.results import StoredFile, Tags
from tests.models import STEMS
from tests.sounds import RATE, jpeg, music
from worker.audio.writing import open_track
from worker.child.messages import Step
from worker.child.tasks import RenderTask

TAGS = Tags(title="../Ünder pressure?", artist="Queen/Bowie")
SONGS = {stem: music(2 + 1 / RATE, seed=seed) for seed, stem in enumerate(STEMS[4])}

Make = Callable[..., RenderTask]


@pytest.fixture
def make_task(tmp_path: Path) -> Make:
    """Makes a task on a stored track, as after a separation."""
    stems_dir = tmp_path / "track"
    stems_dir.mkdir()
    cover = stems_dir / "cover.jpg"
    cover.write_bytes(jpeg())

    def make(
        *renditions: Rendition, tags: Tags = TAGS, loudness: float = 1.0, threads: int = 0, gain: float = 1.0
    ) -> RenderTask:
        files = []
        for stem, song in SONGS.items():
            path = stems_dir / f"{stem}.flac"
            if not path.exists():
                with open_track(path, Format.FLAC, file_tags(TAGS, stem), cover, gain=gain) as track:
                    track.write(song * np.float32(loudness * gain))
            files.append(StoredFile(name=path.name, bytes_=path.stat().st_size, stem=stem))
        return RenderTask(
            stems_dir=stems_dir,
            stems=tuple(files),
            gain=gain,
            track_id="0123456789abcdef01234567",
            tags=tags,
            cover=cover,
            renditions=renditions,
            output=tmp_path / "output",
            threads=threads,
        )

    return make


def quiet(_: Step) -> None:
    pass


def stems(format_: Format) -> Rendition:
    return Rendition(encoding=Encoding(format=format_))


def zipped(format_: Format) -> Rendition:
    return Rendition(encoding=Encoding(format=format_), package=Archive())


def mix(format_: Format, *names: Stem) -> Rendition:
    return Rendition(content=Mix(stems=names), encoding=Encoding(format=format_))
