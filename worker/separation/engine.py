"""The seam between a separation and the models: blocks of a song in, pieces of its stems out.

Everything around an engine is the same for all of them: decoding, memory checks, files, pictures, progress.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from worker.child.messages import Step

Samples = NDArray[np.float32]  # (samples, 2) at 44.1 kHz
Report = Callable[[Step], None]


class Engine(Protocol):
    """One model, for one song. Making an engine is cheap: it reads no weights.

    `name` is for logs and for the manifest, and is known once the engine is loaded. Its first word decides whether
    stored stems are what would be made now (`jobs.queue.recipe`): the family of the model; of Spleeter's, the engine
    that is set.
    """

    @property
    def name(self) -> str: ...

    def has_weights(self) -> bool:
        """Whether the weights are there and intact; only looks."""

    def fetch_weights(self, report: Report) -> Path:
        """The folder of the weights, fetched if they are not there.

        Raises `Failed`: MODEL_UNAVAILABLE, MODEL_DAMAGED.
        """

    def load(self, converting: Callable[[], None]) -> None:
        """Begin to make the model ready; the weights are there. Does nothing when that has begun already.

        `converting` is called first where this takes long because it is the first time; what it raises ends the
        loading. Raises `Failed`: MODEL_DAMAGED.
        """

    def separate(self, blocks: Iterable[Samples], scratch: Path, report: Report, /) -> Iterator[list[Samples]]:
        """The stems of a song, in the order of the model, piece by piece: equally long in each piece, and as long in
        sum as the song. `load` was called before.

        `blocks` are of any length, and finite. `scratch` is an existing folder for temporary files. `report` is for
        signs of life where pieces take long.
        """
