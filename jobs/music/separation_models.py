"""The table of separation models, for menus, buttons, command lines and checks.

The worker has an engine for each family: see `worker/separation/engines.py`.
"""

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from jobs.music.stems import Stem

#: The highest frequency that Spleeter's networks separate: 11 or 16 kHz.
Band = Literal["11k", "16k"]
#: Treatment of the frequencies above: see `jobs.models.Model`.
Extension = Literal["average", "zeros"]
#: Engines of Spleeter's networks: `flbt_unet` or OpenVINO.
NetworkEngineName = Literal["unet", "openvino"]
#: These, or the reference package.
EngineName = Literal[NetworkEngineName, "spleeter"]


#: `cost` of Spleeter, whose minutes count once.
USUAL_COST: Final = 0.04


class ModelInfo(NamedTuple):
    """One separation model.

    `stems` are in the model's order. `family` names the engine that runs the model. `code` stands for the model in
    button data: digits and upper-case letters, starting with a digit, four characters at most. `key` stands for it in
    track ids and names the folder of its weights. `title` is shown beside its number of stems, in any language; empty
    for models known by their number of stems.

    `resident_mb` is the smallest control group in which the model separates a song, its first song included, and
    `address_mb` its address space. `has_masks`: `band` of `jobs.models.Model` applies. `cost`: seconds of work for
    each second of music, on two cores, until a machine has measured its own. `fetched_on_use`: the worker fetches
    missing weights itself. Others wait for `fl-bt models`, which shows the licence; chats offer them while a living
    worker has them, and the terminal by name.
    """

    stems: tuple[Stem, ...]
    family: str
    code: str
    key: str
    resident_mb: int
    address_mb: int
    title: str = ""
    has_masks: bool = False
    cost: float = 0.04
    fetched_on_use: bool = True

    @property
    def is_slow(self) -> bool:
        """Whether its songs have a lane of their own, so that others do not wait behind them."""
        return self.weight > 1

    @property
    def weight(self) -> int:
        """What a minute of music counts for, in minutes of a day: its cost beside that of Spleeter."""
        return max(1, round(self.cost / USUAL_COST))

    @property
    def label(self) -> str:
        """In English, for file names and the terminal: `4 stems`."""
        return f"{len(self.stems)} stems" + (f", {self.title}" if self.title else "")


# Resident memory is measured with `flbt_unet`. OpenVINO needs 430, 750 and 900 MB instead: in a smaller group the
# system kills it, which is reported too, but later. Address space is that of OpenVINO, mostly arenas and stacks of
# threads: it reads every model once, for any engine.
#: The models by name, in the order shown to people. Stems are in the order of Spleeter's configuration
#: (`instrument_list`).
MODELS: Final[dict[str, ModelInfo]] = {
    "spleeter-2": ModelInfo(
        stems=(Stem.VOCALS, Stem.ACCOMPANIMENT),
        family="spleeter", code="2", key="2stems", resident_mb=360, address_mb=1400, has_masks=True,
    ),
    "spleeter-4": ModelInfo(
        stems=(Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER),
        family="spleeter", code="4", key="4stems", resident_mb=640, address_mb=1800, has_masks=True,
    ),
    "spleeter-5": ModelInfo(
        stems=(Stem.VOCALS, Stem.PIANO, Stem.DRUMS, Stem.BASS, Stem.OTHER),
        family="spleeter", code="5", key="5stems", resident_mb=750, address_mb=2000, has_masks=True,
    ),
    "htdemucs": ModelInfo(
        stems=(Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER), title="HTDemucs",
        family="htdemucs", code="4D", key="htdemucs", resident_mb=1300, address_mb=2400, cost=0.41,
        fetched_on_use=False,
    ),
    "htdemucs_6s": ModelInfo(
        stems=(Stem.VOCALS, Stem.GUITAR, Stem.PIANO, Stem.DRUMS, Stem.BASS, Stem.OTHER), title="HTDemucs",
        family="htdemucs", code="6D", key="htdemucs_6s", resident_mb=1300, address_mb=2400, cost=0.34,
        fetched_on_use=False,
    ),
    "scnet": ModelInfo(
        stems=(Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER), title="SCNet",
        family="scnet", code="4S", key="scnet", resident_mb=1000, address_mb=2400, cost=0.37,
        fetched_on_use=False,
    ),
}  # fmt: skip

#: The model where people choose none.
DEFAULT_MODEL: Final = "spleeter-2"


def model_of_code(code: str) -> str | None:
    """The name of the model with this `code` in button data; None when there is none."""
    return next((name for name, info in MODELS.items() if info.code == code), None)


def chat_models(here: Collection[str] = ()) -> dict[str, ModelInfo]:
    """The models that chats offer. `here`: those that living workers have, of those that are not fetched on use."""
    return {name: info for name, info in MODELS.items() if info.fetched_on_use or name in here}


def usual_instead(model: str) -> str:
    """The model of those that every worker can have which comes nearest to another one: with as many stems, or else
    with the most."""
    usual = chat_models()
    count = len(MODELS[model].stems)
    return next((name for name, info in usual.items() if len(info.stems) == count), list(usual)[-1])


def models_by_count() -> dict[str, str]:
    """Number of stems, as people type it → name of the first model in the table with so many."""
    first: dict[str, str] = {}
    for name, info in MODELS.items():
        first.setdefault(str(len(info.stems)), name)
    return first


def models_by_word() -> dict[str, str]:
    """Number of stems, or name, as people type it → name of the model."""
    return models_by_count() | {name: name for name in MODELS}
