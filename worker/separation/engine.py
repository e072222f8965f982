"""The interface of a model's engine: a decoded song in, pieces of its stems out.

Decoding, memory checks, files, pictures and progress are the same for all engines.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from worker.child.messages import Step

if TYPE_CHECKING:
    from worker.separation.residual import Residual
    from worker.separation.samples import Samples

Report = Callable[[Step], None]
#: Decodes a song from its start: blocks of any length, of finite numbers. Each call decodes it once more.
Decode = Callable[[], "Iterator[Samples]"]


class Engine(Protocol):
    """One model, for one song. Making an engine is cheap: it reads no weights.

    `name` is for logs and for the manifest, and is known once the engine is loaded. Its first word is compared with the
    recipe of stored stems (`jobs.queue.recipe`): the family of the model, or for Spleeter the configured engine.
    `residual` is complete when the last piece is there.
    """

    @property
    def name(self) -> str: ...

    @property
    def residual(self) -> "Residual": ...

    def has_weights(self) -> bool:
        """Whether the weights are installed and intact; changes nothing."""

    def fetch_weights(self, report: Report) -> Path:
        """The folder of the weights, fetched if they are missing.

        Raises `Failed`: MODEL_UNAVAILABLE, MODEL_DAMAGED.
        """

    def load(self, converting: Callable[[], None]) -> None:
        """Begin to load the model from installed weights. Further calls do nothing.

        `converting` is called before a slow first conversion; an exception from it ends the loading. Raises `Failed`:
        MODEL_DAMAGED.
        """

    def separate(self, decode: Decode, scratch: Path, report: Report, /) -> "Iterator[list[Samples]]":
        """The stems of a song, in the order of the model, piece by piece: equally long in each piece, and as long in
        sum as the song. Requires `load`.

        A model that has to know the whole song first calls `decode` twice. `scratch` is an existing folder for
        temporary files. Call `report` while a piece takes long.
        """
