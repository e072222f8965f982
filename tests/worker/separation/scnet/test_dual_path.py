"""The transforms along the frames are Fourier's."""

import numpy as np
import pytest

from tests.sounds import snr_db
from worker.separation.runtime import ops, ov
from worker.separation.scnet.dual_path import frames, spectrum


@pytest.mark.parametrize("count", [8, 476])
def test_the_spectrum_of_frames_and_back(count: int) -> None:
    sound = np.random.default_rng(count).standard_normal((1, 3, 2, count), np.float32)
    given = ops.parameter(sound.shape, np.float32)
    there = spectrum(given)
    settings = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"}
    model = ov.Core().compile_model(ov.Model([ops.result(there), ops.result(frames(there))], [given]), "CPU", settings)

    outputs = model([sound])

    expected = np.fft.rfft(sound, norm="ortho")
    assert snr_db(outputs[0], to=np.concatenate([expected.real, expected.imag], 1)) > 110
    assert snr_db(outputs[1], to=sound) > 110
