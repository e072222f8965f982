"""True peaks between samples."""

import numpy as np
import pytest

from worker.audio.sound import SAMPLE_RATE
from worker.practice.peaks import TruePeak


@pytest.mark.parametrize(("hertz", "phase"), [(11_025, np.pi / 4), (997, 0.0), (7_350, 0.5), (15_000, 0.3)])
@pytest.mark.parametrize("block", [1_000, 44_100])
def test_a_sine_has_its_amplitude_wherever_its_samples_lie(hertz: float, phase: float, block: int) -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    sine = (0.5 * np.sin(2 * np.pi * hertz * time + phase) * np.hanning(SAMPLE_RATE) ** 0.1).astype(np.float32)
    sound = np.stack([sine, np.zeros_like(sine)], axis=1)
    peak = TruePeak()
    for start in range(0, SAMPLE_RATE, block):
        peak.push(sound[start : start + block])
    assert peak.value == pytest.approx(0.5, rel=0.01)


def test_no_sound_has_no_peak() -> None:
    peak = TruePeak()
    peak.push(np.zeros((0, 2), np.float32))
    peak.push(np.zeros((5, 2), np.float32))
    assert peak.value == 0
