"""Renders stems to encoded files, zips, mixes and player pages. The child is `python -m worker.rendering.render`.

Levels are kept: stems have no gain, and a mix is the plain sum of its stems, with one gain only where it would clip.
Formats without a limit at full scale undo the common gain of the stored stems, so files are as loud as the source.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.filenames import deck_tags, file_tags
from jobs.models import Deck, Rendition, Stem
from jobs.music.contents import STEM_FILE, ContentFile
from jobs.music.levels import amplitude
from jobs.results import StoredFile
from worker.child.cgroups import cores
from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import RenderedSet, RenderTask
from worker.rendering.decks import write_deck
from worker.rendering.documents import label_of, name_in_zip, write_document
from worker.rendering.found import found_in
from worker.rendering.pages import PAGE, has_page, rate_beside, write_player
from worker.rendering.sums import Encode, Tell, Written, stems_of, write_sum
from worker.rendering.treated import Measured, measured, write_treated
from worker.rendering.zipping import Entry, zip_stems

STEP = 0.01  # of the work between two reports


def render(task: RenderTask, report: Report) -> RenderedSet:
    """Makes all renditions of `task`, each in its folder. Files are complete or absent.

    A stem is encoded once per format for all renditions; encoders run in parallel on `task.threads` cores. Raises
    `Failed` INTERNAL for a stem that is missing or does not decode, `OSError` for a full disk.
    """
    task.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".zipped-", dir=task.output) as scratch:
        encodes = {
            encode.path: encode for rendition in task.renditions for encode in _encodes(task, rendition, Path(scratch))
        }
        for rendition in task.renditions:
            for file in _files(task, rendition):
                if file.extension and not (rendition.is_page or file.name == STEM_FILE):
                    write_document(task, rendition, _path(task, rendition, file, Path(scratch)))
        pages = [rendition for rendition in task.renditions if has_page(rendition)]
        decks = [(each, file) for each in task.renditions for file in _files(task, each) if file.name == STEM_FILE]
        progress = _Progress(len(encodes) + len(pages) + len(decks), report)
        written = _encode_all(task, list(encodes.values()), progress)
        for rendition, file in decks:
            path, tags = _path(task, rendition, file, Path(scratch)), deck_tags(task.tags, file.heard)
            tags = found_in(task.analysis, rendition.effect, tags, is_pitched=True)
            write_deck(task, path, tags, rendition.encoding.kbps, progress.of_one_file())
        known = [_of_files(task, rendition, written, Path(scratch)) for rendition in task.renditions]
        return RenderedSet(
            files=tuple(_collect(task, rendition, Path(scratch), progress) for rendition in task.renditions),
            gains=tuple(each.gain for each in known),
            seconds=tuple(each.seconds for each in known),
            labels=tuple(label_of(task.analysis, rendition) for rendition in task.renditions),
        )


def _encodes(task: RenderTask, rendition: Rendition, scratch: Path) -> Iterator[Encode]:
    """The files of a rendition that are sound."""
    encoding = rendition.encoding
    files = [file for file in _files(task, rendition) if not file.extension]
    for number, file in enumerate(files, 1):
        place = {"number": number, "of": len(files)} if file.stem else {}
        yield Encode(
            path=_path(task, rendition, file, scratch),
            gains={stem: amplitude(level) for stem, level in file.levels.items()},
            effect=rendition.effect,
            format_=encoding.format,
            kbps=encoding.kbps or task.mp3_kbps,
            tags=found_in(
                task.analysis,
                rendition.effect,
                deck_tags(task.tags, file.heard)
                if isinstance(rendition.content, Deck)
                else file_tags(task.tags, file.heard, **place),
                is_pitched=file.stem is not Stem.DRUMS,
            ),
        )


def _files(task: RenderTask, rendition: Rendition) -> list[ContentFile]:
    """Its files, without those of beats where none are known."""
    has_beats = task.analysis is not None and len(task.analysis.beats) > 1
    files = rendition.files([stem for stem, _ in stems_of(task)])
    return [file for file in files if has_beats or not file.of_beats]


def _path(task: RenderTask, rendition: Rendition, file: ContentFile, scratch: Path) -> Path:
    """The path of a file: in its rendition's folder, or in `scratch` before it is packed."""
    unpacked = rendition.unpacked
    folder = task.output if unpacked in task.renditions else scratch
    return folder / unpacked.key / rendition.name_of(file)


def _collect(task: RenderTask, rendition: Rendition, scratch: Path, progress: "_Progress") -> tuple[StoredFile, ...]:
    if rendition.is_page:
        page = task.output / rendition.key / PAGE
        return (_stored(write_player(page, task, rendition, rendition.encoding.kbps, progress.of_one_file())),)
    paths = [(file, _path(task, rendition, file, scratch)) for file in _files(task, rendition)]
    if rendition.package is None:
        return tuple(_stored(path, file.stem) for file, path in paths)
    entries = [Entry(file.stem, name_in_zip(task, rendition, file), path) for file, path in paths]
    if has_page(rendition):
        sizes = [path.stat().st_size for _, path in paths]
        kbps = rate_beside(len(task.stems), task.seconds, sizes, rendition.package.part_bytes)
        if kbps is not None:
            page = scratch / rendition.key / PAGE
            write_player(page, task, rendition, kbps, progress.of_one_file())
            entries.append(Entry(None, PAGE, page, is_page=True))
    return tuple(_stored(path) for path in zip_stems(task.output / rendition.key, task, rendition, entries))


def _of_files(task: RenderTask, rendition: Rendition, written: Mapping[Path, Written], scratch: Path) -> Written:
    """The gain of a rendition's files against the stored stems, 1 for stems; and their length."""
    if rendition.is_page:
        return Written(1.0, task.seconds)
    paths = [_path(task, rendition, file, scratch) for file in _files(task, rendition) if not file.extension]
    files = [written[path] for path in paths]
    return Written(min((file.gain for file in files), default=1.0), max((file.seconds for file in files), default=0.0))


def _stored(path: Path, stem: Stem | None = None) -> StoredFile:
    return StoredFile(name=path.name, bytes_=path.stat().st_size, stem=stem)


# --- encoding ------------------------------------------------------------------------------------------------


def _encode_all(task: RenderTask, encodes: Sequence[Encode], progress: "_Progress") -> dict[Path, Written]:
    """Makes all files of sound. Returns what is known of each."""
    song = measured(task, encodes)
    with ThreadPoolExecutor(task.threads or cores(), thread_name_prefix="encoder") as pool:
        running = [pool.submit(_write, task, encode, song, progress.of_one_file()) for encode in encodes]
        done, rest = wait(running, return_when=FIRST_EXCEPTION)
        broken = [future for future in done if future.exception() is not None]
        if broken:
            progress.stop.set()
            for future in rest:
                future.cancel()
            broken[0].result()
    return {encode.path: future.result() for encode, future in zip(encodes, running, strict=True)}


def _write(task: RenderTask, encode: Encode, song: Measured | None, tell: Tell) -> Written:
    """Makes one file."""
    if song is None or not encode.is_treated:
        return write_sum(task, encode, tell)
    return write_treated(task, encode, song, tell)


class _Progress:
    """Sums the progress of all encoders, reports it at most a hundred times, and stops them."""

    def __init__(self, files: int, report: Report) -> None:
        self.stop = threading.Event()
        self._report = report
        self._files = files
        self._done = 0.0  # files
        self._told = 0.0
        self._lock = threading.Lock()

    def of_one_file(self) -> Callable[[float], None]:
        """A callback for the fraction of one file that is done. It raises when another file has failed."""
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


if __name__ == "__main__":
    serve(RenderTask, render)
