"""Any number of channels, with and without places: each is mixed to its side, at its level."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from tests.sounds import RATE, encode, listen, write_wav
from worker.audio.speakers import downmix

EACH = 1000  # samples in which one channel alone is heard
LOUD = 0.25
A = 0.5**0.5  # -3 dB
B = 0.5  # -6 dB

# Left and right, by the bits of a WAVE mask: FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR.
MASKED: list[tuple[float, float]] = [
    *((1, 0), (0, 1), (A, A), (0, 0), (A, 0), (0, A), (1, 0), (0, 1), (B, B), (A, 0), (0, A)),
    *((B, B), (A, 0), (B, B), (0, A), (A, 0), (B, B), (0, A)),
    *[(B, B)] * 6,  # bits without a meaning
]
COUNTED: dict[int, list[tuple[float, float]]] = {
    1: [(1, 1)],
    2: [(1, 0), (0, 1)],
    3: [(1, 0), (0, 1), (A, A)],
    4: [(1, 0), (0, 1), (A, 0), (0, A)],
    5: [(1, 0), (0, 1), (A, A), (A, 0), (0, A)],
    6: [(1, 0), (0, 1), (A, A), (A, A), (A, 0), (0, A)],
    7: [(1, 0), (0, 1), (A, A), (A, A), (B, B), (A, 0), (0, A)],
    8: [(1, 0), (0, 1), (A, A), (A, A), (A, 0), (0, A), (A, 0), (0, A)],
}


def one_after_the_other(channels: int) -> NDArray[np.float32]:
    """Each channel alone for `EACH` samples: (samples, channels)."""
    samples = np.zeros((EACH * channels, channels), np.float32)
    for channel in range(channels):
        samples[EACH * channel : EACH * (channel + 1), channel] = LOUD
    return samples


def heard_of(path: Path, channels: int) -> list[tuple[float, float]]:
    """The level of each channel on the left and on the right."""
    heard = listen(path)
    assert len(heard) == EACH * channels
    middles = heard[EACH // 2 :: EACH] / LOUD
    return [(float(left), float(right)) for left, right in middles]


@pytest.mark.parametrize("channels", range(1, 25))
def test_channels_without_places(channels: int, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", one_after_the_other(channels))
    expected = COUNTED.get(channels, [(1 / channels, 1 / channels)] * channels)
    assert np.allclose(heard_of(path, channels), expected, atol=1e-6)
    nowhere = write_wav(tmp_path / "b.wav", one_after_the_other(channels), mask=0)
    assert np.allclose(heard_of(nowhere, channels), expected, atol=1e-6)


@pytest.mark.parametrize("channels", range(1, 25))
def test_channels_with_places(channels: int, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", one_after_the_other(channels), mask=(1 << channels) - 1)
    expected = COUNTED[channels] if channels < 3 else MASKED[:channels]
    assert np.allclose(heard_of(path, channels), expected, atol=1e-6)


def test_a_mask_of_too_few_places_is_none(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", one_after_the_other(8), mask=0b11)
    assert np.allclose(heard_of(path, 8), COUNTED[8], atol=1e-6)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("mono", COUNTED[1]),
        ("stereo", COUNTED[2]),
        ("3.0", COUNTED[3]),
        ("quad", COUNTED[4]),
        ("5.0", COUNTED[5]),
        ("5.1", MASKED[:6]),
        ("6.1", [*MASKED[:4], (B, B), (A, 0), (0, A)]),
        ("7.1", [*MASKED[:6], (A, 0), (0, A)]),
    ],
)
def test_flac_of_one_to_eight_channels(layout: str, expected: list[tuple[float, float]], tmp_path: Path) -> None:
    path, samples = tmp_path / "a.flac", one_after_the_other(len(expected))
    with av.open(str(path), "w") as output:
        audio = output.add_stream("flac", rate=RATE)
        assert isinstance(audio, AudioStream)
        audio.layout, audio.format = layout, "s16"
        whole = np.ascontiguousarray(samples * 32768).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout=layout)
        frame.sample_rate, frame.pts = RATE, 0
        output.mux(audio.encode(frame))
        output.mux(audio.encode(None))
    assert np.allclose(heard_of(path, len(expected)), expected, atol=1e-6)


@pytest.mark.parametrize("channels", [3, 8, 10, 24])
def test_many_channels_at_another_rate(channels: int, tmp_path: Path) -> None:
    """The same mix, through the resampler."""
    time = np.arange(48000) / 48000
    tones = np.stack([np.sin(2 * np.pi * 200 * (1 + channel) * time) / 30 for channel in range(channels)], axis=1)
    heard = listen(write_wav(tmp_path / "a.wav", tones.astype(np.float32), 48000))
    time = np.arange(len(heard)) / RATE
    tones = np.stack([np.sin(2 * np.pi * 200 * (1 + channel) * time) / 30 for channel in range(channels)], axis=1)
    expected = tones @ np.array(COUNTED.get(channels, [(1 / channels, 1 / channels)] * channels))
    assert np.abs(heard - expected)[1000:-1000].max() < 1e-4


@pytest.mark.parametrize(("name", "codec", "container"), [("a.m4a", "aac", "mp4"), ("a.oga", "libopus", "ogg")])
def test_encoded_surround_of_eight_channels(name: str, codec: str, container: str, tmp_path: Path) -> None:
    """Planar samples of eight channels, after which PyAV reads a ninth."""
    time = np.arange(48000) / 48000
    samples = np.zeros((48000, 8), np.float32)
    samples[:, 1] = np.sin(2 * np.pi * 440 * time) / 4
    heard = listen(encode(tmp_path / name, samples, codec, container, 48000))
    left, right = np.abs(heard[10000:30000]).max(axis=0)
    assert left < 0.01
    assert right == pytest.approx(0.25, abs=0.01)


def test_ambisonics_are_a_pair_of_microphones() -> None:
    sphere = ["AMBI0", "AMBI1", "AMBI2", "AMBI3"]
    assert np.array_equal(downmix(sphere), [[0.5, 0.5, 0, 0], [0.5, -0.5, 0, 0]])
    from_the_left = np.array([1, 1, 0, 0])
    assert np.array_equal(downmix(sphere) @ from_the_left, [1, 0])


def test_every_channel_but_the_subwoofer_is_mixed() -> None:
    for layout in ("3.1", "4.1", "6.1(front)", "7.1(wide)", "7.1.4", "22.2", "hexadecagonal", "octagonal"):
        places = [channel.name for channel in av.AudioLayout(layout).channels]
        heard = downmix(places).sum(axis=0) > 0
        assert [place for place, is_heard in zip(places, heard, strict=True) if not is_heard] == [
            place for place in places if place.startswith("LFE")
        ]
        left, right = downmix(places).sum(axis=1)
        assert left == pytest.approx(right)
