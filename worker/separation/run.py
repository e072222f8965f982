"""One separation, start to end: song and weights in, stems on disk out."""

from collections.abc import Callable, Iterator
from importlib.metadata import version

from jobs.failures import Reason, failed
from jobs.outcomes import StoredFile
from worker.audio.reading import Song, open_song
from worker.audio.sound import SAMPLE_RATE
from worker.child.messages import Step
from worker.child.tasks import Separated, SeparationTask
from worker.rendering.drawing import Waveforms, draw, thumbnail
from worker.separation.spleeter import stock
from worker.separation.spleeter.network import load_network
from worker.separation.spleeter.spectrogram import Samples
from worker.separation.spleeter.stream import separate_blocks
from worker.separation.spleeter.warm_up import take_prepared
from worker.separation.spleeter.weights import ensure_weights, have_weights
from worker.separation.stem_files import open_stems

Report = Callable[[Step], None]


def run(task: SeparationTask, report: Report) -> Separated:
    """See `worker.separation.separate`."""
    if task.network.engine == "spleeter":
        stock.require()
    with open_song(task.audio) as song:
        seconds = task.seconds or song.seconds
        engine, pieces = _pieces(task, song, report)
        samples = 0
        stems = task.network.model.stems
        waveforms = Waveforms(stems)
        with open_stems(task.output, stems, task.tags, task.cover, task.along) as files:
            for number, piece in enumerate(pieces, 1):
                files.write(piece)
                waveforms.add(piece)
                samples += len(piece[0])
                done = samples / (seconds * SAMPLE_RATE) if seconds else None
                fraction = None if done is None else min(done, 1.0)
                report(Step(fraction=fraction, alive=number, seconds=seconds, separated=samples / SAMPLE_RATE))
            if samples == 0:
                raise failed(Reason.EMPTY)
            picture, small = task.output / "picture.png", task.output / "thumbnail.jpg"
            draw(waveforms, picture)  # while the last pieces are encoded
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
            engine=engine,
            along=files.along,
        )


def _notes(song: Song) -> tuple[str, ...]:
    """What has to be told of a song that was read. Where it broke off, its last packet is broken as a rule."""
    if song.cut_short:
        return ("cut_short",)
    return ("damaged",) if song.skipped else ()


def _pieces(task: SeparationTask, song: Song, report: Report) -> tuple[str, Iterator[list[Samples]]]:
    """What separates, for the log, and the pieces of the stems as they come."""
    wanted, model = task.network, task.network.model
    if task.only_ready and not have_weights(model.name, wanted.models_dir):
        _not_ready()
    checkpoint = ensure_weights(model.name, wanted.models_dir, report)
    blocks = _no_longer_than(task.max_seconds, song.blocks())
    if wanted.engine == "spleeter":
        report(Step(fraction=0.0))
        pieces = stock.separate_blocks(blocks, checkpoint, model, task.output, wanted.threads, report)
        return f"spleeter {version('spleeter')}", pieces
    network = take_prepared(wanted) or load_network(
        checkpoint,
        model.stems,
        model.band,
        engine=wanted.engine,
        threads=wanted.threads,
        converting=_not_ready if task.only_ready else lambda: report(Step(note="model")),
    )
    report(Step(fraction=0.0))
    # The first word is what was asked for, wherever it was done by something else: that is what makes stems alike.
    name = network.name if network.name.startswith(wanted.engine) else f"{wanted.engine} {network.name}"
    return name, separate_blocks(blocks, network, model.extension)


def _not_ready() -> None:
    raise failed(Reason.MODEL_UNAVAILABLE, "the model has to be made ready first")


def _no_longer_than(limit_seconds: float, blocks: Iterator[Samples]) -> Iterator[Samples]:
    """The blocks, as long as they are no longer in sum than allowed: a container can say anything of its length."""
    samples = 0
    for block in blocks:
        samples += len(block)
        if samples > limit_seconds * SAMPLE_RATE:
            raise failed(Reason.TOO_LONG, seconds=samples / SAMPLE_RATE, limit_seconds=limit_seconds)
        yield block
