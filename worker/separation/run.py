"""Runs one separation: song and weights in, stems on disk out."""

from collections.abc import Iterator

from jobs.failures import Reason, failed
from jobs.results import StoredFile
from worker.audio.reading import Song, open_song
from worker.audio.sound import SAMPLE_RATE
from worker.child.messages import Step
from worker.child.tasks import Separated, SeparationTask
from worker.rendering.drawing import Waveforms, draw, thumbnail
from worker.separation.engine import Decode, Engine, Report
from worker.separation.engines import make_engine
from worker.separation.samples import Samples
from worker.separation.stem_files import open_stems
from worker.separation.stopwatch import Stopwatch
from worker.separation.warm_up import take_prepared


def run(task: SeparationTask, report: Report) -> Separated:
    """See `worker.separation.separate`."""
    engine = take_prepared(task.network) or make_engine(task.network)
    with open_song(task.audio) as song:
        seconds = task.seconds or song.seconds
        _load(task, engine, report)
        pieces = engine.separate(_decoder(task, song), task.output, report)
        samples, watch = 0, Stopwatch()
        stems = task.network.model.stems
        waveforms = Waveforms(stems)
        with open_stems(task.output, stems, task.tags, task.cover, task.along) as files:
            for number, piece in enumerate(pieces, 1):
                files.write(piece)
                waveforms.add(piece)
                samples += len(piece[0])
                watch.heard(len(piece[0]))
                done = samples / (seconds * SAMPLE_RATE) if seconds else None
                fraction = None if done is None else min(done, 1.0)
                report(Step(fraction=fraction, alive=number, seconds=seconds, separated=samples / SAMPLE_RATE))
            if samples == 0:
                raise failed(Reason.EMPTY)
            spent = watch.spent()
            picture, small = task.output / "picture.png", task.output / "thumbnail.jpg"
            draw(waveforms, task.tags, picture)  # while the last pieces are encoded
            has_small = task.cover is not None and thumbnail(task.cover, small)
        return Separated(
            samples=samples,
            stems=files.files,
            picture=StoredFile(name=picture.name, bytes_=picture.stat().st_size),
            thumbnail=StoredFile(name=small.name, bytes_=small.stat().st_size) if has_small else None,
            gain=files.gain,
            late=song.late,
            gaps=song.gaps,
            notes=_notes(song),
            engine=engine.name,
            along=files.along,
            spent=spent,
            sum=engine.residual.told(),
        )


def _notes(song: Song) -> tuple[str, ...]:
    """The notes for the manifest. A song that is cut short is not `damaged` too: it usually ends in a broken packet."""
    if song.cut_short:
        return ("cut_short",)
    return ("damaged",) if song.skipped else ()


def _load(task: SeparationTask, engine: Engine, report: Report) -> None:
    """Loads the engine; fetches and converts missing files, or with `only_ready` raises MODEL_UNAVAILABLE."""
    if task.only_ready and not engine.has_weights():
        _not_ready()
    engine.fetch_weights(report)
    engine.load(_not_ready if task.only_ready else lambda: report(Step(note="model")))
    report(Step(fraction=0.0))


def _not_ready() -> None:
    raise failed(Reason.MODEL_UNAVAILABLE, "the model has to be made ready first")


def _decoder(task: SeparationTask, song: Song) -> Decode:
    """Decodes the open song, and for later passes its file again."""
    opened = iter([song])

    def again() -> Iterator[Samples]:
        with open_song(task.audio) as another:
            yield from another.blocks()

    def decode() -> Iterator[Samples]:
        first = next(opened, None)
        return _no_longer_than(task.max_seconds, first.blocks() if first else again())

    return decode


def _no_longer_than(limit_seconds: float, blocks: Iterator[Samples]) -> Iterator[Samples]:
    """The blocks. Raises `Failed` TOO_LONG beyond the limit: a container's claim about its length may be wrong."""
    samples = 0
    for block in blocks:
        samples += len(block)
        if samples > limit_seconds * SAMPLE_RATE:
            raise failed(Reason.TOO_LONG, seconds=samples / SAMPLE_RATE, limit_seconds=limit_seconds)
        yield block
