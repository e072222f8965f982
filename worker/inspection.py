"""Looks at this worker's installation, for `fl-bt doctor`. Changes nothing and loads no engine."""

from importlib.util import find_spec
from pathlib import Path

from jobs.installation import Installation
from jobs.models import Model
from jobs.music.separation_models import MODELS, EngineName
from jobs.settings import Settings
from worker.child.confinement.walls import support
from worker.child.tasks import NetworkWanted
from worker.separation.engines import make_engine


def inspect_installation(settings: Settings) -> Installation:
    """The confinement, the engine and the weights of this machine."""
    has = support()
    engine, runs = _engine(settings.engine)
    return Installation(
        children=has.sentence,
        confined=all(has),
        engine=engine,
        runs=runs,
        weights={name: _weights(name, settings.models_dir.absolute()) for name in MODELS},
    )


def _engine(wanted: EngineName) -> tuple[str, bool]:
    """The engine in words, and whether it is installed."""
    if wanted == "unet":
        from flbt_unet.builds import instruction_sets

        sets = instruction_sets()
        return (f"unet, built for {sets[0]}" if sets else "openvino: unet has no build for this processor"), True
    if find_spec(wanted) is None:
        return f"{wanted}, which is not installed", False
    return wanted, True


def _weights(name: str, models_dir: Path) -> int | None:
    """Bytes of the model's folder; None where the weights are missing or damaged."""
    if not make_engine(NetworkWanted(model=Model(name=name), models_dir=models_dir)).has_weights():
        return None
    folder = models_dir / MODELS[name].key
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
