"""Weights that people install, as separations see them: one plain float32 safetensors per model, checked by hash."""

from pathlib import Path
from typing import Final

from jobs.failures import Reason, failed
from worker.separation.cache import checksums

WEIGHTS: Final = "weights.safetensors"


def has_installed(folder: Path) -> bool:
    """Whether the weights in a model's folder are there and intact; changes nothing."""
    return checksums.is_intact(folder) is True and (folder / WEIGHTS).is_file()


def require_installed(folder: Path, model: str) -> Path:
    """The folder. Raises `Failed` with MODEL_MISSING: nothing is fetched before the licence was shown."""
    if not has_installed(folder):
        raise failed(Reason.MODEL_MISSING, f"no intact {WEIGHTS} in {folder}", model=model)
    return folder
