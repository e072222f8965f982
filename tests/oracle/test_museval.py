"""The SDR of `bench.quality` is museval's. See `museval_answers.py`."""

from pathlib import Path

import numpy as np

from bench.quality import windows


def test_sdr_equals_musevals(museval: Path) -> None:
    answer = np.load(museval / "sdr.npz")
    ours = windows(answer["references"], answer["estimates"])
    assert ours.shape == answer["sdr"].shape == (2, 3)
    assert np.isnan(answer["sdr"][:, 1]).all()
    assert np.allclose(ours, answer["sdr"], atol=1e-6, equal_nan=True)
