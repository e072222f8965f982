"""Runs this engine and stock Spleeter on the same songs, in separate processes, in turn."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np
import psutil

from bench.watch import Run, median, run
from bot.cli.demo import write_demo_song
from jobs.models import Encoding, Format, Model, Rendition
from jobs.music.separation_models import EngineName
from jobs.results import Tags
from tests.models import NAMES
from worker.audio.reading import open_song
from worker.audio.writing import open_track
from worker.child.tasks import Along, NetworkWanted, Separated, SeparationTask

TAGS: Final = Tags(title="Song", artist="Nobody")
STOCK_PER_SECOND: Final = 25 << 20  # bytes that stock Spleeter needs for a second of a song
STOCK_LONGEST: Final = 600  # seconds


class Bench(NamedTuple):
    """Folders of songs, weights and compiled Python, and the number of runs of each measurement."""

    folder: Path
    models_dir: Path
    runs: int

    @property
    def bytecode(self) -> Path:
        return self.folder / "bytecode"


class Pair(NamedTuple):
    """The medians of both engines for one song; `snr_db` is that of the worst stem."""

    seconds: int
    ours: Run
    stock: Run | None
    snr_db: float | None


def song(bench: Bench, seconds: int) -> Path:
    """The demo song with a length of `seconds`, a FLAC of 24 bits."""
    path = bench.folder / f"{seconds}.flac"
    if not path.exists():
        loop = bench.folder / "song.wav"
        write_demo_song(loop, seconds)
        with open_song(loop) as source, open_track(path, Format.FLAC, TAGS) as track:
            for block in source.blocks():
                track.write(block)
        loop.unlink()
    return path


def compare(bench: Bench, seconds: int, *, mp3: bool = False) -> Pair:
    """Both engines on a song of `seconds`, in turns; stock only where it fits."""
    has_stock = seconds <= STOCK_LONGEST and psutil.virtual_memory().available > STOCK_PER_SECOND * seconds + (2 << 30)
    ours, stock = [], []
    snr: float | None = None
    for _ in range(bench.runs):
        with TemporaryDirectory(dir=bench.folder) as folder:
            mine, theirs = Path(folder, "ours"), Path(folder, "stock")
            ours.append(separate(bench, seconds, mine, mp3=mp3))
            if has_stock:
                stock.append(separate(bench, seconds, theirs, engine="spleeter", mp3=mp3))
                snr = min(snr_db(mine / f"{stem}.flac", theirs / f"{stem}.flac") for stem in Model().stems)
    return Pair(seconds, median(ours), median(stock) if stock else None, snr)


def separate(
    bench: Bench,
    seconds: int,
    output: Path,
    *,
    stems: int = 2,
    models_dir: Path | None = None,
    engine: EngineName = "unet",
    mp3: bool = False,
) -> Run:
    """One separation as the worker runs it, with MP3s along if `mp3`."""
    output.mkdir()
    task = SeparationTask(
        audio=song(bench, seconds),
        output=output,
        network=NetworkWanted(
            model=Model(name=NAMES[stems], extension="zeros"),  # as stock Spleeter
            models_dir=models_dir or bench.models_dir,
            engine=engine,
        ),
        tags=TAGS,
        max_seconds=seconds + 1,
        along=(Along(rendition=Rendition(encoding=Encoding(format=Format.MP3)), kbps=320),) if mp3 else (),
    )
    took, result = run("worker.separation", task, bench.bytecode)
    assert len(Separated.model_validate(result).along) == len(task.along)
    return took


def snr_db(path: Path, to: Path) -> float:
    """The level of the second file over the difference of both, in dB; block by block."""
    signal = noise = 0.0
    with open_song(path) as one, open_song(to) as other:
        for mine, theirs in zip(one.blocks(), other.blocks(), strict=True):
            signal += float(np.square(theirs, dtype=np.float64).sum())
            noise += float(np.square(np.subtract(mine, theirs, dtype=np.float64)).sum())
    return float("inf") if noise == 0 else float(10 * np.log10(signal / noise))
