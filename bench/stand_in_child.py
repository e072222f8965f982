"""The separation child with a stand-in that copies its segment in place of a network, for `bench.networks`."""

import numpy as np
from numpy.typing import NDArray

from worker.separation.htdemucs import network as htdemucs
from worker.separation.scnet import network as scnet


def _copied(
    network: htdemucs.HTDemucsNetwork | scnet.SCNetNetwork, samples: NDArray[np.float32]
) -> NDArray[np.float32]:
    return np.stack([samples / network.sources] * network.sources)


htdemucs.HTDemucsNetwork.estimate = _copied  # type: ignore[assignment, method-assign]  # that is what this module is for
scnet.SCNetNetwork.estimate = _copied  # type: ignore[assignment, method-assign]

if __name__ == "__main__":
    import worker.separation.__main__  # noqa: F401 - it serves
