"""Which sample of a song sounds at which sample of its stretched version. Pure.

A plain stretch moves everything alike, and copies each attack into several frames, some too early and some too late.
Here the song keeps its own speed around each attack, as far as its neighbours allow, and is stretched a little more
between attacks. Each attack lies at exactly its stretched time.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

KEPT = 1800  # samples on each side of an attack that keep their speed, at most: 41 ms, most of a frame
#: The least share of the usual speed that stays between two attacks, and for a quicker song its inverse.
SLOWEST = 0.4


class Attack(NamedTuple):
    """An attack at `sample` of the song. Its kept part begins at `output` samples of the stretched version."""

    sample: int
    output: float


class Timeline(NamedTuple):
    """A song of `samples` as one of `length` samples. `outputs` and `inputs` are the corners of the map."""

    samples: int
    length: int
    outputs: NDArray[np.float64]
    inputs: NDArray[np.float64]
    attacks: tuple[Attack, ...]

    def inputs_at(self, outputs: NDArray[np.int64]) -> NDArray[np.int64]:
        """The samples of the song that sound at `outputs`. Before and behind the song, time passes at its own speed."""
        inside = np.rint(np.interp(outputs, self.outputs, self.inputs)).astype(np.int64)
        before_or_in = np.where(outputs < 0, outputs, inside)
        return np.where(outputs > self.length, self.samples + outputs - self.length, before_or_in)


def timeline(samples: int, length: int, attacks: Sequence[int]) -> Timeline:
    """The timeline of a song of `samples` that shall last `length` samples. `attacks`: in samples, in order."""
    factor = length / samples
    outputs, inputs, kept = [0.0], [0.0], []
    # A gap g that keeps w of its samples leaves (g - w) to fill (g * factor - w): solved for w at the slowest speed.
    share = (1 - SLOWEST) / (1 - SLOWEST / factor) if factor > 1 else (1 - SLOWEST) * factor / (1 - SLOWEST * factor)
    edges = [0, *attacks, samples]
    for before, attack, behind in zip(edges, edges[1:], edges[2:], strict=False):
        lead = min(KEPT, share * (attack - before) / 2)
        trail = min(KEPT, share * (behind - attack) / 2)
        at = attack * factor
        outputs += [at - lead, at, at + trail]
        inputs += [attack - lead, attack, attack + trail]
        kept.append(Attack(attack, at - lead))
    return Timeline(
        samples,
        length,
        np.array([*outputs, float(length)]),
        np.array([*inputs, float(samples)]),
        tuple(kept),
    )
