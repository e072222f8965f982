"""The measurement of separation quality: SDR as museval defines it, on composed songs and on MUSDB18-HQ."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from bench.quality import PARTS, RATE, Score, comparable, main, scored, table, windows
from jobs.music.stems import Stem
from tests.sounds import music, write_wav
from tests.weights import models_dir

__all__ = ["models_dir"]


def noise(seed: int, seconds: float = 3.5) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2), np.float32)


def test_sdr_is_that_of_the_error_in_each_second() -> None:
    true = np.stack([noise(1), noise(2)])
    heard = true.copy()
    heard[0] += 0.1 * noise(3)
    heard[1, RATE : 2 * RATE] *= np.float32(0.9)
    found = windows(true, heard)
    assert found.shape == (2, 3), "the last half second is no window"
    assert np.allclose(found[0], 20, atol=0.1)
    assert np.isposinf(found[1, [0, 2]]).all()
    assert found[1, 1] == pytest.approx(20, abs=1e-3)


def test_a_window_with_silence_counts_for_no_source() -> None:
    true = np.stack([noise(1), noise(2)])
    heard = true + np.float32(0.1) * np.stack([noise(3), noise(4)])
    true[0, :RATE] = 0
    heard[1, RATE : 2 * RATE, 1] = -heard[1, RATE : 2 * RATE, 0]  # channels that cancel each other
    found = windows(true, heard)
    assert np.isnan(found[:, :2]).all()
    assert np.allclose(found[:, 2], 20, atol=0.1)


def test_a_short_song_is_one_window() -> None:
    true = np.stack([noise(1, 0.5)])
    assert windows(true, true + np.float32(0.1) * noise(2, 0.5)).shape == (1, 1)


def test_stems_without_a_counterpart_are_added_up() -> None:
    true = {stem: noise(number, 1) for number, stem in enumerate(PARTS)}
    two = {Stem.VOCALS: true[Stem.VOCALS], Stem.ACCOMPANIMENT: true[Stem.DRUMS]}
    references, heard = comparable(true, two)
    assert heard is two
    expected = true[Stem.DRUMS] + true[Stem.BASS] + true[Stem.OTHER]
    assert np.allclose(references[Stem.ACCOMPANIMENT], expected, atol=1e-6)
    six = {**true, Stem.GUITAR: noise(8, 1), Stem.PIANO: noise(9, 1)}
    references, heard = comparable(true, six)
    assert references is true
    assert set(heard) == set(true)
    assert np.allclose(heard[Stem.OTHER], six[Stem.OTHER] + six[Stem.GUITAR] + six[Stem.PIANO], atol=1e-6)


def test_the_table_has_medians_of_windows_and_means_of_songs() -> None:
    true = {stem: noise(number) for number, stem in enumerate(PARTS)}
    heard = {stem: sound + np.float32(0.1) * noise(9) for stem, sound in true.items()}
    score = scored(true, heard)
    assert score[Stem.BASS].whole == pytest.approx(20, abs=0.1)
    silent = {stem: Score(float("nan"), float("nan")) for stem in PARTS}
    lines = table({"one": [score, silent]}).splitlines()
    assert lines[0] == "| SDR in dB, 2 songs | vocals | drums | bass | other | accompaniment |"
    assert lines[2].startswith("| one | 20.0")
    assert lines[2].endswith(" | – |")


def test_every_installed_model_is_measured(models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "2stems").symlink_to(models_dir / "2stems")
    monkeypatch.setenv("FLBT_MODELS", str(tmp_path / "models"))
    composed = CliRunner().invoke(main, ["--songs", "1", "--seconds", "12"])
    assert composed.exit_code == 0, composed.output
    (row,) = [line for line in composed.stdout.splitlines() if line.startswith("| spleeter")]
    name, vocals, *_, accompaniment = row.strip("| ").split(" | ")
    assert name == "spleeter-2"
    assert float(accompaniment.split()[0]) > float(vocals.split()[0])

    song = tmp_path / "musdb" / "test" / "Someone - Something"
    song.mkdir(parents=True)
    stems = {str(stem): music(3.0, seed=number) * np.float32(0.5) for number, stem in enumerate(PARTS)}
    for stem, sound in {**stems, "mixture": np.sum([*stems.values()], 0)}.items():
        write_wav(song / f"{stem}.wav", sound)
    measured = CliRunner().invoke(main, ["--musdb", str(tmp_path / "musdb"), "--model", "spleeter-2"])
    assert measured.exit_code == 0, measured.output
    assert "Someone - Something, spleeter-2: " in measured.stderr
    assert "| SDR in dB, 1 songs |" in measured.stdout
