"""The song of `fl-bt separate --demo`."""

import wave
from array import array
from pathlib import Path

import pytest

from bot.cli.demo import RATE, write_demo_song


def samples_of(path: Path) -> "array[int]":
    """All values of a 16-bit file, left and right in turn."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        return array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize("seconds", [15.0, 2.5])
def test_it_is_as_long_as_asked_and_stereo(tmp_path: Path, seconds: float) -> None:
    write_demo_song(tmp_path / "demo.wav", seconds)

    song = samples_of(tmp_path / "demo.wav")

    assert len(song) == 2 * round(seconds * RATE)
    assert song[::2] != song[1::2]
    assert 12_000 < max(map(abs, song)) < 32_000  # loud, and nothing clipped
    # Something sounds in every half second.
    assert all(max(map(abs, song[at : at + RATE])) > 3_000 for at in range(0, len(song) - RATE, RATE))


def test_it_is_the_same_song_every_time(tmp_path: Path) -> None:
    write_demo_song(tmp_path / "one.wav", 3)
    write_demo_song(tmp_path / "two.wav", 3)

    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
