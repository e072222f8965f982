"""Writes the stems to disk: encoded in parallel while the next segment is separated.

Renditions in another encoding are encoded at the same time: stems need no decoding later, and the encoders use cores
that would wait.

Fixed-point files clip at full scale, and a stem can be louder than the song where another one cancels it. Stems keep
their levels to each other, so if one would clip, all are turned down together. The gain is known only at the end; until
then values over full scale are kept in a file of their own, and restored when the stems are written again.
"""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import flbt_unet
import numpy as np

from jobs.filenames import file_tags
from jobs.models import Format, Stem
from jobs.results import FileTags, Rendered, StoredFile, Tags
from worker.audio.reading import open_song
from worker.audio.writing import Track, open_track
from worker.child.tasks import Along
from worker.separation.samples import Samples

OVER = np.dtype([("at", np.int64), ("value", np.float32)])  # `at` counts values, not samples: both channels in turn


class _Stem:
    """One stem's file while it is written."""

    def __init__(self, track: Track, over: BinaryIO) -> None:
        self.peak = 0.0
        self.over = over
        self._track = track
        self._written = 0  # values

    def write(self, block: Samples) -> None:
        flat = block.reshape(-1)
        peak = float(flbt_unet.peaks(flat, len(flat))[0]) if len(flat) else 0.0
        if peak > 1:
            at = np.flatnonzero(np.abs(flat) > 1)
            kept = np.empty(len(at), OVER)
            kept["at"], kept["value"] = at + self._written, flat[at]
            self.over.write(kept.tobytes())
            self.peak = max(self.peak, peak)
        self._track.write(block)
        self._written += flat.size


class StemFiles:
    """All stems of one song; `open_stems` makes it. `gain` and `files` are known when its block has ended."""

    def __init__(self, stems: list[_Stem], along: list[list[Track]], pool: ThreadPoolExecutor) -> None:
        self.gain = 1.0
        self.files: tuple[StoredFile, ...] = ()
        self.along: tuple[Rendered, ...] = ()
        self._stems = stems
        self._along = along
        self._pool = pool
        self._writing: list[Future[None]] = []

    def write(self, pieces: list[Samples]) -> None:
        """Encodes the next piece of every stem, (samples, 2) each, in the background.

        Waits for the piece before it, and raises that piece's exception.
        """
        self.settle()
        sets: list[Sequence[_Stem | Track]] = [self._stems, *self._along]
        self._writing = [
            self._pool.submit(each.write, piece) for set_ in sets for each, piece in zip(set_, pieces, strict=True)
        ]

    def settle(self) -> None:
        """Waits until all pieces are written."""
        for writing in self._writing:
            writing.result()
        self._writing = []


@contextlib.contextmanager
def open_stems(
    output: Path, stems: tuple[Stem, ...], tags: Tags, cover: Path | None, along: Sequence[Along] = ()
) -> Iterator[StemFiles]:
    """Files `<stem>.flac` in `output`, tagged: all exist when the block ends, none when it ends by an exception.

    So do the folders of `along`, but they are left out when the stems had to be turned down.
    """
    titled = [file_tags(tags, stem, number, len(stems)) for number, stem in enumerate(stems, 1)]
    with (
        tempfile.TemporaryDirectory(prefix=".stems-", dir=output) as draft,
        ThreadPoolExecutor(len(stems) * (1 + len(along)), thread_name_prefix="encoder") as pool,
        ExitStack() as spills,
    ):
        drafts = [Path(draft, f"{stem}.flac") for stem in stems]
        over = [spills.enter_context(tempfile.TemporaryFile(dir=draft)) for _ in stems]
        with ExitStack() as tracks:
            set_ = StemFiles(
                [
                    _Stem(tracks.enter_context(open_track(path, Format.FLAC, named, cover)), spill)
                    for path, named, spill in zip(drafts, titled, over, strict=True)
                ],
                [_open_along(each, Path(draft), stems, titled, cover, tracks) for each in along],
                pool,
            )
            try:
                yield set_
            finally:
                set_.settle()
        peak = max(stem.peak for stem in set_._stems)
        if peak > 1:
            set_.gain = 1 / peak
            list(pool.map(_turn_down, drafts, over, titled, [cover] * len(stems), [set_.gain] * len(stems)))
        else:
            set_.along = tuple(_take(each, Path(draft), stems, output) for each in along)
        for path in drafts:
            _move(path, output / path.name)
        set_.files = tuple(_stored(output / path.name, stem) for path, stem in zip(drafts, stems, strict=True))


def _open_along(
    each: Along, draft: Path, stems: tuple[Stem, ...], titled: list[FileTags], cover: Path | None, tracks: ExitStack
) -> list[Track]:
    folder = draft / each.rendition.key
    folder.mkdir()
    format_ = each.rendition.encoding.format
    return [
        tracks.enter_context(open_track(folder / f"{stem}.{format_.extension}", format_, named, cover, each.kbps))
        for stem, named in zip(stems, titled, strict=True)
    ]


def _take(each: Along, draft: Path, stems: tuple[Stem, ...], output: Path) -> Rendered:
    """Moves a finished folder to its place."""
    folder = output / each.rendition.key
    _move(draft / each.rendition.key, folder)
    files = tuple(_stored(folder / f"{stem}.{each.rendition.encoding.format.extension}", stem) for stem in stems)
    return Rendered(rendition=each.rendition, files=files, kbps=each.kbps)


def _move(path: Path, to: Path) -> None:
    """Renames, or copies under Landlock's first version, which refuses to move files between folders."""
    try:
        path.replace(to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        if path.is_dir():
            to.mkdir()
            for each in path.iterdir():
                _move(each, to / each.name)
        else:
            shutil.copyfile(path, to)
            path.unlink()


def _stored(path: Path, stem: Stem) -> StoredFile:
    return StoredFile(name=path.name, bytes_=path.stat().st_size, stem=stem)


def _turn_down(path: Path, over: BinaryIO, tags: Tags, cover: Path | None, gain: float) -> None:
    """Writes the file at `path` again, with the values over full scale restored, and `gain` applied."""
    over.flush()
    size = os.fstat(over.fileno()).st_size // OVER.itemsize
    kept = np.memmap(over, OVER, "r", shape=(size,)) if size else np.empty(0, OVER)
    louder = path.with_name(f"clipped-{path.name}")
    path.rename(louder)
    with open_song(louder) as song, open_track(path, Format.FLAC, tags, cover, gain=gain) as track:
        start = 0
        for block in song.blocks():
            flat = block.reshape(-1).copy()
            first, last = np.searchsorted(kept["at"], [start, start + flat.size])
            flat[kept["at"][first:last] - start] = kept["value"][first:last]
            flat *= np.float32(gain)
            track.write(flat.reshape(-1, 2))
            start += flat.size
    louder.unlink()
