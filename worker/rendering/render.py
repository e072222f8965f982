"""Stems to what is delivered: encoded files, zips and mixes. The child is `python -m worker.rendering.render`.

Samples stay what they are: no stem is ever turned up or down, and a mix is the plain sum of its stems, with one gain
for all of it only where it would clip. In formats that hold what is above full scale, the gain that all stems were
stored with is undone: they are as loud as the source.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jobs.failures import Reason, failed
from jobs.filenames import mix_suffix, stem_tags, track_name
from jobs.models import Format, Rendition, Stem
from jobs.outcomes import StoredFile, Tags
from worker.audio.pictures import read_picture
from worker.audio.reading import open_song
from worker.audio.writing import comment, open_track
from worker.child.cgroups import cores
from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import RenderedSet, RenderTask
from worker.rendering.mixing import peak_of, sum_of
from worker.rendering.zipping import Entry, zip_stems

STEP = 0.01  # of the work between two reports


class Encode(NamedTuple):
    """One file to make: the sum of `stems` as `path`."""

    path: Path
    format_: Format
    stems: tuple[Stem, ...]
    tags: Tags
    kbps: int


def render(task: RenderTask, report: Report) -> RenderedSet:
    """Render all that `task` asks for, each rendition in its folder. Files are there whole or not at all.

    A stem is encoded once per format, however many renditions hold it; encoders run side by side on `task.threads`
    cores. Raises `Failed` INTERNAL for a stem that is not there or does not decode, `OSError` for a full disk.
    """
    task.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".zipped-", dir=task.output) as scratch:
        encodes = {
            encode.path: encode for rendition in task.renditions for encode in _encodes(task, rendition, Path(scratch))
        }
        gains = _encode_all(task, list(encodes.values()), report)
        return RenderedSet(
            files=tuple(_collect(task, rendition, Path(scratch)) for rendition in task.renditions),
            gains=tuple(gains.get(_mix_path(task, rendition), 1.0) for rendition in task.renditions),
        )


def _encodes(task: RenderTask, rendition: Rendition, scratch: Path) -> Iterator[Encode]:
    """The files a rendition is made of."""
    kbps = rendition.kbps or task.mp3_kbps
    if rendition.kind == "mix":
        all_stems = tuple(stem for stem, _ in _sources(task))
        title = f"{task.tags.title} ({mix_suffix(rendition.mix, all_stems)})"
        path = _mix_path(task, rendition)
        yield Encode(path, rendition.format, rendition.mix, task.tags.model_copy(update={"title": title}), kbps)
        return
    folder = _stems_folder(task, rendition, scratch)
    for stem, _ in _sources(task):
        path = folder / f"{stem}.{rendition.format.extension}"
        yield Encode(path, rendition.format, (stem,), stem_tags(task.tags, stem), kbps)


def _mix_path(task: RenderTask, rendition: Rendition) -> Path:
    return task.output / rendition.key / f"mix.{rendition.format.extension}"


def _stems_folder(task: RenderTask, wanted: Rendition, scratch: Path) -> Path:
    """Where the stems in one encoding lie: delivered as they are, or only waiting to be zipped."""
    as_files = wanted.model_copy(update={"kind": "stems"})
    return (task.output if as_files in task.renditions else scratch) / as_files.key


def _collect(task: RenderTask, rendition: Rendition, scratch: Path) -> tuple[StoredFile, ...]:
    folder, extension = task.output / rendition.key, rendition.format.extension
    match rendition.kind:
        case "stems":
            return tuple(_stored(folder / f"{stem}.{extension}", stem) for stem, _ in _sources(task))
        case "mix":
            return (_stored(_mix_path(task, rendition)),)
        case "zip":
            stems = _stems_folder(task, rendition, scratch)
            entries = [
                Entry(stem, f"{track_name(task.tags, stem)}.{extension}", stems / f"{stem}.{extension}")
                for stem, _ in _sources(task)
            ]
            return tuple(_stored(path) for path in zip_stems(folder, task, rendition, entries))


def _stored(path: Path, stem: Stem | None = None) -> StoredFile:
    return StoredFile(name=path.name, bytes_=path.stat().st_size, stem=stem)


# --- encoding ------------------------------------------------------------------------------------------------


def _encode_all(task: RenderTask, encodes: Sequence[Encode], report: Report) -> dict[Path, float]:
    """Make all files. Returns the gain of each against the stored stems."""
    progress = _Progress(len(encodes), report)
    with ThreadPoolExecutor(task.threads or cores(), thread_name_prefix="encoder") as pool:
        running = [pool.submit(_encode, task, encode, progress) for encode in encodes]
        done, rest = wait(running, return_when=FIRST_EXCEPTION)
        broken = [future for future in done if future.exception() is not None]
        if broken:
            progress.stop.set()
            for future in rest:
                future.cancel()
            broken[0].result()
    return {encode.path: future.result() for encode, future in zip(encodes, running, strict=True)}


class _Progress:
    """How far all encoders are together, told at most a hundred times; and the word to stop."""

    def __init__(self, files: int, report: Report) -> None:
        self.stop = threading.Event()
        self._report = report
        self._files = files
        self._done = 0.0  # files
        self._told = 0.0
        self._lock = threading.Lock()

    def of_one_file(self) -> Callable[[float], None]:
        """To be told the fraction of one file that is done. Raises when another file has failed."""
        before = 0.0

        def tell(fraction: float) -> None:
            nonlocal before
            if self.stop.is_set():
                raise failed(Reason.INTERNAL, "another file could not be made")
            with self._lock:
                self._done += fraction - before
                before = fraction
                if self._done - self._told >= STEP * self._files:
                    self._told = self._done
                    self._report(Step(fraction=min(self._done / self._files, 1.0)))

        return tell


def _encode(task: RenderTask, encode: Encode, progress: _Progress) -> float:
    """Make one file. Returns its gain against the stored stems, below 1 where their sum would have clipped."""
    sources = [_source(task, stem) for stem in encode.stems]
    tell = progress.of_one_file()
    encode.path.parent.mkdir(exist_ok=True)
    if encode.format_ is Format.FLAC and len(sources) == 1 and _is_tagged(sources[0], encode.tags, task):
        _link(sources[0], encode.path)
        tell(1.0)
        return 1.0
    gain, before = 1.0, 0.0
    if len(sources) > 1 and not encode.format_.keeps_level:
        # Reading costs little beside encoding: read twice rather than keep a song in memory.
        before, peak = 0.2, 0.0
        for fraction, peak_so_far in peak_of(sources):
            peak = peak_so_far
            tell(before * fraction)
        gain = 1 / max(peak, 1.0)
    level = 1.0 if encode.format_.keeps_level else task.gain * gain
    factor = np.float32(level / task.gain)
    with open_track(encode.path, encode.format_, encode.tags, task.cover, encode.kbps, level) as track:
        for fraction, block in sum_of(sources):
            track.write(block if factor == 1 else block * factor)
            tell(before + (1 - before) * fraction)
    return gain


def _sources(task: RenderTask) -> Iterator[tuple[Stem, Path]]:
    for file in task.stems:
        if file.stem is not None:
            yield file.stem, task.stems_dir / file.name


def _source(task: RenderTask, stem: Stem) -> Path:
    for known, path in _sources(task):
        if known == stem:
            return path
    raise failed(Reason.INTERNAL, f"no {stem} in this track")


def _is_tagged(path: Path, tags: Tags, task: RenderTask) -> bool:
    """Whether a stored stem is already what would be delivered."""
    picture = read_picture(task.cover) if task.cover else None
    with open_song(path) as song:
        return (song.title or "", song.artist or "", song.comment or "", song.cover) == (
            tags.title.strip(),
            tags.artist.strip(),
            comment(task.gain),
            picture.content if picture else None,
        )


def _link(source: Path, path: Path) -> None:
    """The same file under another name; where the disk knows no links, a copy."""
    try:
        path.hardlink_to(source)
    except OSError:
        unfinished = path.with_name(path.name + ".part")
        shutil.copyfile(source, unfinished)
        unfinished.replace(path)


if __name__ == "__main__":
    serve(RenderTask, render)
