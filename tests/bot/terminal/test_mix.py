"""`fl-bt mix` as a person types it: a process, a real song, the one file that lies there afterwards."""

from pathlib import Path

import pytest

from tests.bot.command import Run, environment, nothing_left, run
from tests.sounds import encode, music
from tests.weights import models_dir
from worker.audio.reading import open_song

__all__ = ["environment", "models_dir", "run"]


@pytest.fixture
def song(tmp_path: Path) -> str:
    encode(tmp_path / "song.mp3", music(2), "libmp3lame", "mp3", tags={"title": "Intro", "artist": "Muse"})
    return "song.mp3"


def test_a_mix_slower_and_lower(run: Run, song: str, tmp_path: Path) -> None:
    """A click needs beats: this song is too short for any, and says so, so the options have arrived."""
    done = run("mix", song, "no vocals", "--tempo", "80", "--key", "-2", "-q", "-f", "wav", "-o", "out")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("out/Muse - Intro/no vocals")
    with open_song(tmp_path / line) as mixed:
        assert sum(len(block) for block in mixed.blocks()) == pytest.approx(2 * 44100 / 0.8, abs=3500)
    clicked = run("mix", song, "no vocals", "--click", "--count-in", "1", "-q")
    assert (clicked.returncode, clicked.stdout) == (1, "")
    assert "has no beat that I can follow" in clicked.stderr
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), 'Give a song, and the mix in words: fl-bt mix song.mp3 "no drums"'),
        (("song.mp3",), 'Give a song, and the mix in words: fl-bt mix song.mp3 "no drums"'),
        (("no drums", "song.mp3"), 'I don’t understand the mix “song.mp3”. Name what you want to hear: "no drums"'),
        (("song.mp3", "no drums", "--tempo", "20"), "50<=x<=120"),
        (("song.mp3", "vocals and accompaniment"), 'That mix is the whole song. Leave something out: "no vocals"'),
        (("song.mp3", "no drums", "-q", "-v"), "Give --quiet or --verbose, not both."),
    ],
)
def test_mistakes_are_told_before_anything_starts(run: Run, words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = run("mix", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "mix [OPTIONS] SOURCE... WORDS" in done.stderr
    assert says in done.stderr
    assert not (tmp_path / "data").exists()
