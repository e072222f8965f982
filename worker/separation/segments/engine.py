"""The engine of every network that reads a song segment by segment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.music.stems import Stem
from worker.child.cgroups import cores
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Decode, Report
from worker.separation.installed import WEIGHTS, has_installed, require_installed
from worker.separation.residual import Residual

if TYPE_CHECKING:
    from worker.separation.samples import Samples
    from worker.separation.segments.stream import Estimator


class SegmentEngine:
    """See `worker.separation.engine.Engine`.

    `sources` are in the order of the network, which `open_network` makes from the file of its weights, for a number of
    threads. Where the sources do not add up to the song, the difference goes into the stem *other*, so that backing
    tracks lose nothing; with the extension `zeros` the stems are the network's own.
    """

    def __init__(
        self, wanted: NetworkWanted, sources: tuple[Stem, ...], open_network: "Callable[[Path, int], Estimator]"
    ) -> None:
        self._wanted = wanted
        self._sources = sources
        self._open_network = open_network
        self._folder = wanted.models_dir / wanted.model.info.key
        self._network: Estimator | None = None
        self.residual = Residual()

    @property
    def name(self) -> str:
        assert self._network is not None
        return self._network.name

    def has_weights(self) -> bool:
        return has_installed(self._folder)

    def fetch_weights(self, _report: Report) -> Path:
        return require_installed(self._folder, self._wanted.model.name)

    def load(self, _converting: Callable[[], None]) -> None:
        if self._network is None:
            self._network = self._open_network(self._folder / WEIGHTS, self._wanted.threads or cores())

    def separate(self, decode: Decode, _scratch: Path, report: Report) -> "Iterator[list[Samples]]":
        import flbt_unet

        from worker.separation.segments.stream import separate_song

        assert self._network is not None
        model = self._wanted.model
        place = {stem: number for number, stem in enumerate(self._sources, 1)}
        for piece in separate_song(decode, self._network, report):
            lacking, moved = piece[0] - piece[1:].sum(0), None
            if model.extension == "average":
                piece[place[Stem.OTHER]] += lacking
                lacking, moved = piece[0] - piece[1:].sum(0), lacking
            self.residual.add(piece[0], lacking, moved)
            yield [flbt_unet.interleaved(piece[place[stem]]) for stem in model.stems]
