"""The sound that goes between engine, decoder and encoders. Apart, since NumPy takes 50 ms to import."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # (samples, 2) at 44.1 kHz
