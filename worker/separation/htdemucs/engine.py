"""The engine of htdemucs and htdemucs_6s."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.music.stems import Stem
from worker.child.cgroups import cores
from worker.child.tasks import NetworkWanted
from worker.separation.engine import Decode, Report
from worker.separation.htdemucs.shape import SHAPES
from worker.separation.installed import WEIGHTS, has_installed, require_installed

if TYPE_CHECKING:
    from worker.separation.htdemucs.network import HTDemucsNetwork
    from worker.separation.samples import Samples


class HTDemucsEngine:
    """See `worker.separation.engine.Engine`.

    Where the sources do not add up to the song, the difference goes into the stem *other*, so that backing tracks lose
    nothing; with the extension `zeros` the stems are the network's own.
    """

    def __init__(self, wanted: NetworkWanted) -> None:
        self._wanted = wanted
        self._folder = wanted.models_dir / wanted.model.info.key
        self._network: HTDemucsNetwork | None = None

    @property
    def name(self) -> str:
        assert self._network is not None
        return self._network.name

    def has_weights(self) -> bool:
        return has_installed(self._folder)

    def fetch_weights(self, _report: Report) -> Path:
        return require_installed(self._folder, self._wanted.model.name)

    def load(self, _converting: Callable[[], None]) -> None:
        if self._network is not None:
            return
        from worker.separation.htdemucs.network import HTDemucsNetwork  # the runtime

        shape = SHAPES[self._wanted.model.name]
        self._network = HTDemucsNetwork(self._folder / WEIGHTS, shape, self._wanted.threads or cores())

    def separate(self, decode: Decode, _scratch: Path, report: Report) -> "Iterator[list[Samples]]":
        import flbt_unet

        from worker.separation.htdemucs.stream import separate_song

        assert self._network is not None
        model = self._wanted.model
        place = {stem: number for number, stem in enumerate(SHAPES[model.name].sources, 1)}
        for piece in separate_song(decode, self._network, report):
            if model.extension == "average":
                piece[place[Stem.OTHER]] += piece[0] - piece[1:].sum(0)
            yield [flbt_unet.interleaved(piece[place[stem]]) for stem in model.stems]
