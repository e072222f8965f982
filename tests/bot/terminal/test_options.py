"""The options of `fl-bt separate` as a person types them: a process, real songs, what lies there afterwards."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.command import Run, environment, nothing_left, run
from tests.sounds import encode, music
from tests.weights import models_dir
from worker.audio.reading import open_song

__all__ = ["environment", "models_dir", "run"]


MARKS = "<!-- transcript -->", "<!-- /transcript -->"


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder of two songs."""
    folder = tmp_path / "music"
    (folder / "live").mkdir(parents=True)
    encode(folder / "one.mp3", music(2), "libmp3lame", "mp3", tags={"title": "Intro", "artist": "Muse"})
    encode(folder / "live" / "two.mp3", music(3), "libmp3lame", "mp3", tags={"title": "Outro", "artist": "Muse"})
    return folder


def test_a_folder_with_names_of_ones_own_as_json(run: Run, songs: Path, tmp_path: Path) -> None:
    """Every line is one song, and nothing else is on standard output; another time all are there already."""
    words = ("separate", "music", "nope.mp3", "-r", "--json", "-o", "out", "-f", "mp3", "--bitrate", "96")
    done = run(*words, "--name", "{artist}/{title} ({stem})")
    assert done.returncode == 1, done.stderr
    missing, *lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (missing["input"], missing["status"], missing["reason"]) == ("nope.mp3", "failed", "missing")
    assert [(line["input"], line["status"], line["artist"], line["title"]) for line in lines] == [
        ("music/one.mp3", "done", "Muse", "Intro"), ("music/live/two.mp3", "done", "Muse", "Outro"),
    ]  # fmt: skip
    assert [file for line in lines for file in line["files"]] == [
        {"stem": stem, "path": f"out/Muse/{title} ({stem}).mp3"}
        for title in ("Intro", "Outro")
        for stem in ("vocals", "accompaniment")
    ]
    assert [round(line["seconds"]) for line in lines] == [2, 3]
    sizes = [(tmp_path / file["path"]).stat().st_size for file in lines[1]["files"]]
    assert all(size < 3 * 96_000 / 8 * 1.5 for size in sizes), "at 96 kbit/s"
    assert "1 of 2 · " in done.stderr
    assert "2 of 2 · " in done.stderr
    again = run(*words, "--name", "{artist}/{title} ({stem})", "--skip")
    assert [json.loads(line)["status"] for line in again.stdout.splitlines()] == ["failed", "skipped", "skipped"]
    assert nothing_left(tmp_path)


def test_a_mix_and_single_stems_quietly(run: Run, songs: Path, tmp_path: Path) -> None:
    mixed = run("separate", "music/one.mp3", "--mix", "no vocals", "-q", "-f", "wav")
    assert (mixed.returncode, mixed.stderr) == (0, "")
    assert mixed.stdout == "stems/Muse - Intro/no vocals.wav\n"
    with open_song(tmp_path / "stems" / "Muse - Intro" / "no vocals.wav") as song:
        assert sum(len(block) for block in song.blocks()) == pytest.approx(2 * 44100, abs=3000)
    alone = run("separate", "music/one.mp3", "nope.mp3", "--only", "vocals", "-q", "-f", "wav")
    assert alone.returncode == 1
    assert alone.stdout == "stems/Muse - Intro/vocals.wav\n"
    assert (
        alone.stderr == "nope.mp3: There is no file of this name. Check its name and folder, or give a YouTube link.\n"
    )


def test_the_page_shows_a_real_run(run: Run, songs: Path, request: pytest.FixtureRequest) -> None:
    """`UPDATE_TRANSCRIPT=1` writes the run into the page. Progress is left out: it depends on the machine."""
    songs.rename(songs.with_name("setlist"))
    words = ("setlist", "ghost.mp3", "--recursive", "--mix", "no vocals")
    done = run("separate", *words)
    told = [line for line in done.stderr.splitlines() if "Done in" in line or "ghost" in line]
    typed = '$ fl-bt separate setlist ghost.mp3 --recursive --mix "no vocals"'
    lines = [typed, *(re.sub(r"Done in .*", "Done in 5 s", line) for line in told), *done.stdout.splitlines()]
    page = request.config.rootpath / "docs" / "terminal.md"
    written = page.read_text(encoding="utf-8")
    begin, end = (written.index(mark) for mark in MARKS)
    fresh = "\n".join((MARKS[0], "```", *lines, "```", ""))
    if os.environ.get("UPDATE_TRANSCRIPT"):
        page.write_text(written[:begin] + fresh + written[end:], encoding="utf-8")
    else:
        assert written[begin:end] == fresh, "UPDATE_TRANSCRIPT=1 writes it into the page"


def test_a_list_on_standard_input_with_the_log(environment: dict[str, str], songs: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "separate", "-", "-v", "--zip"],
        cwd=tmp_path, env=environment, input="music/one.mp3\n\nmusic/live/two.mp3\n", capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["stems/Muse - Intro.zip", "stems/Muse - Outro.zip"]
    assert "request " in done.stderr, "our log"
    assert "worker" in done.stderr, "the worker's"


#: Words of the command line, and what is said of them; nothing may be started for any.
WRONG = [
    (("--name", "{album}/{stem}"), "I don’t know the field {album}"),
    (("--name", "{title}"), "--name needs the field {stem}"),
    (("--mix", "purple"), "I don’t understand the mix “purple”"),
    (("--mix", "no drums", "--stems", "2"), "spleeter-2 has these stems: vocals, accompaniment"),
    (("--only", "piano", "--stems", "4"), "spleeter-4 has these stems: vocals, drums, bass, other"),
    (("--only", "piano", "--zip"), "--zip packs all stems"),
    (("--player", "--zip"), "--player is one page with every stem"),
    (("--make", "daw", "--player"), "leave out --only, --mix, --zip and --player"),
    (("--bitrate", "128"), "--bitrate is for MP3 and M4A"),
    (("--overwrite", "--skip"), "not both"),
    (("-q", "-v"), "not both"),
]


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_options_are_checked_before_anything_starts(
    run: Run, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    done = run("separate", "song.mp3", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert not (tmp_path / "data").exists()


def test_nothing_is_started_for_inputs_without_a_song(run: Run, songs: Path, tmp_path: Path) -> None:
    done = run("separate", "music", "nope.mp3")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "music: This is a folder. Add --recursive to take the songs in it.",
        "nope.mp3: There is no file of this name. Check its name and folder, or give a YouTube link.",
    ]
    assert not (tmp_path / "data").exists(), "no queue, no worker, no store"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_options_and_their_values(
    run: Run, environment: dict[str, str], tmp_path: Path, shell: str
) -> None:
    script = run("completion", shell)
    assert script.returncode == 0, script.stderr
    assert f"_FL_BT_COMPLETE={shell}_complete" in script.stdout

    def completed(*words: str) -> str:
        asked = {
            "COMP_WORDS": " ".join(("fl-bt", *words)),
            "COMP_CWORD": words[-1] if shell == "fish" else str(len(words)),
        }
        return subprocess.run(
            [Path(sys.executable).with_name("fl-bt")],
            cwd=tmp_path, env={**environment, **asked, "_FL_BT_COMPLETE": f"{shell}_complete"}, capture_output=True,
            text=True, check=True,
        ).stdout  # fmt: skip

    assert "--bitrate" in completed("separate", "--b")
    assert "wav32" in completed("separate", "-f", "wa")
    assert "separate" in completed("sep")
