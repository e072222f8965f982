"""`fl-bt analyse`, as a person runs it: on a song that is separated for it, and on what is none."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.cli.demo import write_demo_song
from tests.bot.command import Run, environment, nothing_left, run
from tests.sounds import write_wav
from tests.weights import models_dir

pytestmark = pytest.mark.whole

__all__ = ["environment", "models_dir", "run"]

KEYS = ["bpm", "key", "metre", "beats", "downbeats", "chords", "notes", "confidence"]


def test_a_song_is_separated_and_analysed(run: Run, tmp_path: Path) -> None:
    """The demo song has four bars of A minor, F, C and G, again and again, at 120 beats per minute."""
    write_demo_song(tmp_path / "song.wav", 18)
    done = run("analyse", "song.wav", "none.wav", "--json")
    assert done.returncode == 1, done.stderr
    assert "none.wav: There is no file of this name." in done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert second is None
    assert [*first] == KEYS
    assert first["bpm"] == pytest.approx(120, abs=1)
    assert first["metre"] == 4
    assert first["key"] == "A:minor"
    assert [label for _, _, label in first["chords"]][:5] == ["A:min", "F:maj", "C:maj", "G:maj", "A:min"]
    assert set(first["downbeats"]) <= set(first["beats"])
    assert min(first["confidence"].values()) >= 0.5
    assert nothing_left(tmp_path)

    again = run("analyse", "song.wav")
    assert again.returncode == 0, again.stderr
    assert again.stdout == "A minor · 8A · 120 BPM · 4/4\n"


def test_the_demo_is_analysed_and_nothing_is_asked_for_it(run: Run, tmp_path: Path) -> None:
    done = run("analyse", "--demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" · 120 BPM · 4/4\n")  # A minor, or C major, which has the same notes
    assert nothing_left(tmp_path)
    nothing = run("analyse")
    assert nothing.returncode == 2
    assert "try `fl-bt analyse --demo`" in nothing.stderr


def test_noise_gets_a_sentence_and_no_figures(run: Run, tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    write_wav(tmp_path / "noise.wav", (0.1 * chance.standard_normal((10 * 44100, 2))).astype(np.float32))
    done = run("analyse", "noise.wav")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("I’m not sure of anything here")
