"""Levels of files: invalid samples are muted, and do not turn the song down."""

from pathlib import Path

import av
import numpy as np
import pytest

from jobs.failures import Failed, Reason
from tests.sounds import RATE, Samples, encode, listen, music, write_wav
from worker.audio.level import BEYOND_REASON, DECODED, level_of
from worker.audio.reading import open_song
from worker.audio.sound import to_stereo_44k

FRAME = 1024  # samples


def frames(samples: Samples) -> list[av.AudioFrame]:
    """Frames as from a decoder."""
    made = []
    for start in range(0, len(samples), FRAME):
        packed = np.ascontiguousarray(samples[start : start + FRAME]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, "flt", "stereo")
        frame.sample_rate = RATE
        made.append(frame)
    return made


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_floats_in_the_scale_of_integers_are_brought_to_full_scale(bits: int, tmp_path: Path) -> None:
    song = music(2)
    scaled = write_wav(tmp_path / "a.wav", np.rint(song * 2 ** (bits - 1)).astype(np.float32))
    assert np.allclose(listen(scaled), song, atol=2.0**-15)


@pytest.mark.parametrize("gain_db", [-60, 6, 20, 40])
def test_floats_far_over_full_scale_are_kept(gain_db: int, tmp_path: Path) -> None:
    """A 32-bit recorder has no full scale."""
    song = music(2) * np.float32(10 ** (gain_db / 20))
    assert np.array_equal(listen(write_wav(tmp_path / "a.wav", song)), song)


def test_a_click_far_over_full_scale_is_muted_alone(tmp_path: Path) -> None:
    song = music(2)
    clicks = song.copy()
    clicks[1000, 0], clicks[2000, 1], clicks[3000, 0], clicks[4000, 1] = 160, -5000, 1e20, np.nan
    song[1000, 0] = song[2000, 1] = song[3000, 0] = song[4000, 1] = 0
    assert np.array_equal(listen(write_wav(tmp_path / "a.wav", clicks)), song)


def test_a_stretch_of_nan_is_muted_alone(tmp_path: Path) -> None:
    song = music(2)
    broken = song.copy()
    broken[30_000:35_000] = np.nan
    song[30_000:35_000] = 0
    assert np.array_equal(listen(write_wav(tmp_path / "a.wav", broken)), song)


def test_bytes_that_are_no_floats_are_muted_with_their_surroundings(tmp_path: Path) -> None:
    song = music(3)
    path = write_wav(tmp_path / "a.wav", song)
    content = bytearray(path.read_bytes())
    start, end = len(content) // 2, len(content) // 2 + 80_000
    content[start:end] = np.random.default_rng(1).bytes(end - start)
    path.write_bytes(content)
    heard = listen(path)
    assert np.abs(heard).max() <= 0.5
    kept = np.flatnonzero((heard == song).all(axis=1))
    assert len(kept) > len(song) - 10_000 - 2 * 4096


def test_frames_with_decoded_noise_are_muted_whole() -> None:
    song = music(1)
    noise = song.copy()
    noise[5 * FRAME : 6 * FRAME] = np.random.default_rng(1).uniform(-160, 160, (FRAME, 2))
    muted: list[int] = []
    heard = np.concatenate(list(to_stereo_44k(frames(noise), DECODED, muted.append)))
    song[5 * FRAME : 6 * FRAME] = 0
    assert np.array_equal(heard, song)
    assert muted == [FRAME]


def test_decoded_loud_music_is_kept(tmp_path: Path) -> None:
    """Ten decibels over full scale."""
    loud = music(2) * np.float32(2 * 10 ** (10 / 20))
    path = encode(tmp_path / "a.m4a", loud, "aac", "mp4")
    with open_song(path) as song:
        heard = np.concatenate(list(song.blocks()))
        assert song.skipped == 0
    assert np.abs(heard).max() == pytest.approx(np.abs(loud).max(), rel=0.2)


def test_a_file_of_mostly_decoded_noise_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", music(2))
    content = bytearray(path.read_bytes())
    content[len(content) // 4 :] = np.random.default_rng(1).bytes(len(content) - len(content) // 4)
    path.write_bytes(content)
    with pytest.raises(Failed) as caught:
        listen(path)
    assert caught.value.failure.reason is Reason.NOT_AUDIO


def test_silence_and_no_samples_have_a_level() -> None:
    assert level_of([]) == DECODED
    assert level_of([np.zeros((2, 100), np.float32)]) == DECODED
    assert DECODED.loudest == BEYOND_REASON
