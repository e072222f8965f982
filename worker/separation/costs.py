"""The costs of models on this machine: measured once, refined by every song, and kept beside the weights.

A cost depends on the processor, the number of threads and the versions of the engines. Machines that share a folder of
weights have costs of their own in it.
"""

import logging
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from jobs.models import Amount
from worker.child.cgroups import cores
from worker.child.tasks import Spent
from worker.separation.cache.lock import only_one

log = logging.getLogger(__name__)

NAME: Final = "costs.json"
SHORTEST: Final = 20.0  # seconds of music in a measurement
NEWEST: Final = 0.25  # the weight of the newest song
_ENGINES: Final = ("fl-bt-unet", "openvino")


class Machine(BaseModel):
    """What a cost depends on. `processor` in words, `threads` of a separation, `engines` with their versions."""

    model_config = ConfigDict(frozen=True)

    processor: str
    threads: int
    engines: str


class Cost(BaseModel):
    """The cost of a model on a machine, for one second of music: seconds by the clock, and of processor time.

    `songs`: how many it was measured with; 0: by a made-up one.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    model: str
    machine: Machine
    seconds: Amount
    cpu_seconds: Amount
    songs: int
    measured_at: float


class _Costs(BaseModel):
    costs: tuple[Cost, ...] = ()


def this_machine(threads: int = 0) -> Machine:
    """`threads` 0: every core."""
    return Machine(processor=processor(), threads=threads or cores(), engines=", ".join(map(_versioned, _ENGINES)))


def cost_of(model: str, models_dir: Path, threads: int = 0) -> Cost | None:
    """The cost of a model on this machine; None before it was measured."""
    machine = this_machine(threads)
    return next((cost for cost in _read(models_dir) if (cost.model, cost.machine) == (model, machine)), None)


def keep_cost(model: str, spent: Spent, models_dir: Path, threads: int = 0, *, is_song: bool = True) -> Cost | None:
    """Keeps a measurement, and returns the new cost; None where it is too short to tell, or the folder is read-only.

    The first song counts instead of a made-up one, later ones for a quarter of the new cost.
    """
    if spent.music_seconds < SHORTEST:
        return None
    now = Cost(
        model=model,
        machine=this_machine(threads),
        seconds=spent.seconds / spent.music_seconds,
        cpu_seconds=spent.cpu_seconds / spent.music_seconds,
        songs=int(is_song),
        measured_at=time.time(),
    )
    try:
        with only_one(models_dir / f".{NAME}.lock"):
            known = {(cost.model, cost.machine): cost for cost in _read(models_dir)}
            before = known.get((model, now.machine))
            if before is not None and before.songs and is_song:
                now = _mixed(before, now)
            known[model, now.machine] = now
            draft = models_dir / f".{NAME}"
            draft.write_text(_Costs(costs=tuple(known.values())).model_dump_json(indent=1), encoding="utf-8")
            draft.replace(models_dir / NAME)
    except OSError as error:
        log.debug("the cost of %s is not kept: %r", model, error)
        return None
    return now


def processor() -> str:
    """The processor in words: its name, and its family and model where the system tells them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return platform.processor() or platform.machine()
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}
    family = f" (family {facts['cpu family']}, model {facts['model']})" if "cpu family" in facts else ""
    return facts.get("model name", platform.machine()) + family


def _mixed(before: Cost, now: Cost) -> Cost:
    return now.model_copy(
        update={
            "seconds": before.seconds + NEWEST * (now.seconds - before.seconds),
            "cpu_seconds": before.cpu_seconds + NEWEST * (now.cpu_seconds - before.cpu_seconds),
            "songs": before.songs + 1,
        }
    )


def _read(models_dir: Path) -> tuple[Cost, ...]:
    try:
        return _Costs.model_validate_json((models_dir / NAME).read_bytes()).costs
    except (OSError, ValidationError):
        return ()


def _versioned(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package
