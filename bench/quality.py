"""`python -m bench.quality`: measures the separation quality of every model whose weights are installed.

Without options on songs that are composed here, whose stems are known; with `--musdb FOLDER` on MUSDB18-HQ. Prints a
table: SDR in dB by museval's definition, the median over windows of a second and then over songs; and in brackets that
of whole songs, the mean over songs, as tables of the web have it.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from jobs.models import Model
from jobs.music.separation_models import MODELS, Extension
from jobs.music.stems import Stem
from jobs.settings import load_settings
from tests.worker.analysis.composing import compose
from tests.worker.analysis.songs import MEASURED
from worker.audio.reading import open_song
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Engine
from worker.separation.engines import make_engine

RATE: Final = 44_100
WINDOW: Final = RATE  # samples
PARTS: Final = (Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER)

Sound = NDArray[np.float32]  # (samples, 2)
Stems = Mapping[Stem, Sound]


class Song(NamedTuple):
    """A song and its true stems: `PARTS`, which add up to it or nearly so."""

    name: str
    mix: Sound
    stems: Stems


class Score(NamedTuple):
    """The SDR of a stem, in dB: the median of its windows, and of the whole song. NaN for silence."""

    windows: float
    whole: float


@click.command(help=__doc__)
@click.option(
    "--musdb", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The folder of MUSDB18-HQ."
)
@click.option(
    "--subset", type=click.Choice(["test", "train"]), default="test", show_default=True, help="Of MUSDB18-HQ."
)
@click.option("--songs", type=click.IntRange(1), help="How many songs. Default: all.")
@click.option("--seconds", type=click.IntRange(2), help="The first seconds of each song. Default: all.")
@click.option(
    "--model", "chosen", multiple=True, type=click.Choice(list(MODELS)), help="Default: all that are installed."
)
@click.option("--own", is_flag=True, help="The networks' own stems: what they leave out is not added to other.")
def main(
    musdb: Path | None, subset: str, songs: int | None, seconds: int | None, chosen: tuple[str, ...], own: bool
) -> None:
    settings = load_settings()
    engines = {
        name: engine
        for name in chosen or MODELS
        if (engine := _engine(name, settings.models_dir.absolute(), "zeros" if own else "average")).has_weights()
    }
    for engine in engines.values():
        engine.load(lambda: None)
    scores: dict[str, list[dict[Stem, Score]]] = {name: [] for name in engines}
    for song in _songs(musdb, subset, songs, seconds):
        for name, engine in engines.items():
            stems = _separated(engine, MODELS[name].stems, song.mix)
            scores[name].append(scored(*comparable(song.stems, stems)))
            print(f"{song.name}, {name}: {_cells(scores[name][-1:])}", file=sys.stderr)
    print(table(scores))


def windows(references: NDArray[np.float32], estimates: NDArray[np.float32]) -> NDArray[np.float64]:
    """The SDR of windows of a second, (sources, windows), as `museval.evaluate` has it (BSSEval v4, images).

    Both are (sources, samples, 2). Windows in which a source or an estimate is silent are NaN for every source, and the
    rest behind the last window does not count. A song shorter than a window is one.
    """
    count = max((references.shape[1] - WINDOW + WINDOW) // WINDOW, 1)
    found = np.full((len(references), count), np.nan)
    for number in range(count):
        part = slice(number * WINDOW, (number + 1) * WINDOW)
        true, heard = references[:, part].astype(np.float64), estimates[:, part].astype(np.float64)
        if not _has_silence(true) and not _has_silence(heard):
            found[:, number] = sdr(true, heard)
    return found


def sdr(references: NDArray[np.float64], estimates: NDArray[np.float64]) -> NDArray[np.float64]:
    """The SDR of each source, (sources,): the energy of the source over that of the error. Inf without an error."""
    energies = np.square(references).sum((1, 2))
    errors = np.square(estimates - references).sum((1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 10 * np.log10(energies / errors)
    return np.where(energies == 0, np.nan, found)


def scored(references: Stems, estimates: Stems) -> dict[Stem, Score]:
    """The score of each stem."""
    true, heard = (np.stack([stems[stem] for stem in references]) for stems in (references, estimates))
    by_window, whole = windows(true, heard), sdr(true.astype(np.float64), heard.astype(np.float64))
    return {stem: Score(_median(by_window[number]), float(whole[number])) for number, stem in enumerate(references)}


def comparable(true: Stems, heard: Stems) -> tuple[Stems, Stems]:
    """True and estimated stems of the same names: what has no counterpart is added up on either side.

    A model with voice and accompaniment is compared with the voice and all else, a guitar and a piano count as *other*.
    """
    if Stem.ACCOMPANIMENT in heard:
        rest = np.sum([sound for stem, sound in true.items() if stem is not Stem.VOCALS], 0)
        return {Stem.VOCALS: true[Stem.VOCALS], Stem.ACCOMPANIMENT: rest}, heard
    others = np.sum([sound for stem, sound in heard.items() if stem not in true or stem is Stem.OTHER], 0)
    return true, {**{stem: heard[stem] for stem in true if stem is not Stem.OTHER}, Stem.OTHER: others}


def table(scores: Mapping[str, Sequence[Mapping[Stem, Score]]]) -> str:
    """A table of Markdown."""
    columns = (*PARTS, Stem.ACCOMPANIMENT)
    songs = max(map(len, scores.values()), default=0)
    lines = [f"| SDR in dB, {songs} songs | {' | '.join(columns)} |", "| --- " * (len(columns) + 1) + "|"]
    lines += [f"| {name} | {_cells(of_songs, columns)} |" for name, of_songs in scores.items()]
    return "\n".join(lines)


def _cells(of_songs: Sequence[Mapping[Stem, Score]], columns: Sequence[Stem] | None = None) -> str:
    cells = []
    for stem in columns or list(of_songs[0]):
        found = [one[stem] for one in of_songs if stem in one]
        median = _median(np.array([score.windows for score in found]))
        whole = np.array([score.whole for score in found if np.isfinite(score.whole)])
        mean = whole.mean() if len(whole) else np.nan
        cells.append("–" if np.isnan(median) else f"{median:.2f} ({mean:.2f})")
    return " | ".join(cells)


def _median(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _has_silence(sources: NDArray[np.float64]) -> bool:
    """Whether a source is silent, of (sources, samples, 2): channels that cancel each other count, as in museval."""
    return bool(np.any(np.all(sources.sum(2) == 0, 1)))


def _engine(name: str, models_dir: Path, extension: Extension) -> Engine:
    return make_engine(NetworkWanted(model=Model(name=name, extension=extension), models_dir=models_dir))


def _separated(engine: Engine, names: Sequence[Stem], mix: Sound) -> Stems:
    def decode() -> Iterator[Sound]:
        return iter(np.array_split(mix, max(len(mix) // RATE, 1)))

    pieces = list(engine.separate(decode, Path(), lambda _: None))
    stems = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    return dict(zip(names, stems, strict=True))


def _songs(musdb: Path | None, subset: str, count: int | None, seconds: int | None) -> Iterator[Song]:
    samples = seconds * RATE if seconds else None
    if musdb is None:
        for piece in MEASURED[:count]:
            stems = {Stem(name): sound[:samples] for name, sound in compose(piece)[0].items()}
            yield Song(piece.name, np.sum([*stems.values()], 0, np.float32), {stem: stems[stem] for stem in PARTS})
        return
    for folder in sorted(path for path in (musdb / subset).iterdir() if path.is_dir())[:count]:
        stems = {stem: _read(folder / f"{stem}.wav")[:samples] for stem in PARTS}
        yield Song(folder.name, _read(folder / "mixture.wav")[:samples], stems)


def _read(path: Path) -> Sound:
    with open_song(path) as song:
        return np.concatenate([*song.blocks()])


if __name__ == "__main__":
    main()
