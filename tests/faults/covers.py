"""All of the product's work with a cover, on many covers: one fork for each, watched like those of broken files."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from jobs.models import Format
from jobs.results import Tags
from tests.faults.decoder import Fate, Fates, Files, fork, held_mb
from worker.audio.jpeg import jpeg_size
from worker.child.child_side import Report, serve


def work(files: Files, report: Report) -> Fates:
    from PIL import Image

    from worker.audio import reading

    assert reading
    Image.init()
    before = held_mb()
    fates = []
    for path in files.paths:
        with TemporaryDirectory() as folder:
            fates.append(fork(path, files, Path(folder), _carry))
    return Fates(fates=tuple(fates), before_mb=before)


def _carry(cover: Path, _: float, folder: Path) -> Fate:
    """Makes the thumbnail, and files of each format with the cover. `samples`: pixels of the thumbnail, 0: none."""
    from worker.audio.pictures import read_picture
    from worker.audio.reading import open_song
    from worker.audio.writing import open_track
    from worker.rendering.drawing import THUMBNAIL, THUMBNAIL_BYTES, thumbnail

    picture, small, pixels = read_picture(cover), folder / "thumbnail.jpg", 0
    if thumbnail(cover, small):
        assert picture is not None
        width, height = jpeg_size(small.read_bytes()) or (0, 0)
        assert 0 < max(width, height) <= THUMBNAIL
        assert small.stat().st_size <= THUMBNAIL_BYTES
        pixels = width * height
    for format_ in (Format.FLAC, Format.MP3, Format.M4A):
        path = folder / f"song.{format_}"
        with open_track(path, format_, Tags(title="Song"), cover) as track:
            track.write(np.zeros((4410, 2), np.float32))
        with open_song(path) as song:
            assert sum(len(block) for block in song.blocks()) == 4410
            assert song.cover == (picture.content if picture else None), "it goes out untouched, or not at all"
    return Fate(samples=pixels)


if __name__ == "__main__":
    serve(Files, work)
