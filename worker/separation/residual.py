"""Measures how a song's stems add up, piece by piece, in constant memory."""

from math import log10
from typing import TYPE_CHECKING, Final

from jobs.results import StemSum

if TYPE_CHECKING:
    from worker.separation.samples import Samples

LEAST_DB: Final = -180.0  # below the rounding of float32


class Residual:
    """The energies of a song, of what its stems lack together, and of what was added to one of them before."""

    def __init__(self) -> None:
        self._song = self._lacking = self._moved = 0.0
        self._is_moved = False

    def add(self, song: "Samples", lacking: "Samples", moved: "Samples | None" = None) -> None:
        """The next piece, channels along either axis: `lacking` is the song minus all stems as they are delivered."""
        self._song += _energy(song)
        self._lacking += _energy(lacking)
        if moved is not None:
            self._is_moved = True
            self._moved += _energy(moved)

    def told(self) -> StemSum | None:
        """None for silence."""
        if not self._song:
            return None
        moved = self._against_song(self._moved) if self._is_moved else None
        return StemSum(residual_db=self._against_song(self._lacking), moved_db=moved)

    def _against_song(self, energy: float) -> float:
        return round(max(LEAST_DB, 10 * log10(energy / self._song)), 1) if energy else LEAST_DB


def _energy(part: "Samples") -> float:
    import numpy as np  # engines are made where nothing heavy is loaded

    return float(np.einsum("ij,ij->", part, part))
