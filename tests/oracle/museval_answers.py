"""museval's own answers: `.venv-demucs/bin/python tests/oracle/museval_answers.py FOLDER`, as in `.ci/demucs`.

Its module of measures is loaded by its file: the package needs ffmpeg and reads the data set, which nothing here does.
"""

import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np

RATE = 44_100


def main(folder: Path) -> None:
    package = find_spec("museval")
    assert package is not None
    assert package.submodule_search_locations is not None
    spec = spec_from_file_location("metrics", Path(package.submodule_search_locations[0]) / "metrics.py")
    assert spec is not None
    assert spec.loader is not None
    metrics = module_from_spec(spec)
    spec.loader.exec_module(metrics)
    random = np.random.default_rng(3)
    references = random.standard_normal((2, round(3.4 * RATE), 2)).astype(np.float32)
    leaked = 0.2 * np.roll(references[::-1], 40, axis=1)
    estimates = (0.8 * references + leaked + 0.05 * random.standard_normal(references.shape)).astype(np.float32)
    references[0, RATE : 2 * RATE] = 0
    sdr, *_ = metrics.bss_eval(
        references, estimates, window=RATE, hop=RATE, compute_permutation=False, framewise_filters=False,
        bsseval_sources_version=False,
    )  # fmt: skip
    np.savez(folder / "sdr.npz", references=references, estimates=estimates, sdr=sdr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
