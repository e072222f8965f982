"""`fl-bt separate` as a person runs it: a process, real files, the real network, paths on stdout."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.bot.command import Run, environment, nothing_left, run
from tests.peers.videos import Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.sounds import encode, listen, music, snr_db, write_wav
from tests.weights import models_dir
from worker.audio.reading import open_song

pytestmark = pytest.mark.whole

__all__ = ["environment", "models_dir", "run"]

VIDEO = "jNQXAC9IVRw"


def length(path: Path) -> int:
    with open_song(path) as song:
        return sum(len(block) for block in song.blocks())


def test_the_demo(run: Run, tmp_path: Path) -> None:
    done = run("separate", "--demo")
    assert done.returncode == 0, done.stderr
    paths = [tmp_path / line for line in done.stdout.splitlines()]
    assert paths == [tmp_path / "stems" / "FL-BT demo" / f"{stem}.flac" for stem in ("vocals", "accompaniment")]
    assert {length(path) for path in paths} == {15 * 44100}
    assert "Separating voice and band" in done.stderr
    assert "Done in" in done.stderr
    assert nothing_left(tmp_path)


def test_a_zip_of_mp3s_from_a_youtube_link(run: Run, tmp_path: Path) -> None:
    with YouTubeStandIn() as site:
        site.add(Video(VIDEO, title="Some Band - A/Song: <b>", seconds=4))
        done = run(
            "separate", f"https://youtu.be/{VIDEO}?si=x", "--zip", "--format", "mp3", "--output", "out",
            extra=site.environment,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path,) = [tmp_path / line for line in done.stdout.splitlines()]
    assert path.parent == tmp_path / "out"
    assert path.name == "Some Band - A_Song_ _b_.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names == [f"{stem} - Some Band - A_Song_ _b_.mp3" for stem in ("vocals", "accompaniment")] + [
        "player.html",
        "stems.json",
    ]
    assert nothing_left(tmp_path)


def test_a_page_that_plays_the_stems(run: Run, tmp_path: Path) -> None:
    done = run("separate", "--demo", "--player", "--bitrate", "96", "--output", "out")
    assert done.returncode == 0, done.stderr
    (path,) = [tmp_path / line for line in done.stdout.splitlines()]
    assert path.name == "player.html"
    text = path.read_text("utf-8")
    assert '"name":"accompaniment"' in text
    assert 'id="s2-1"' in text
    assert path.stat().st_size == pytest.approx(15 * 2 * 96_000 / 8 * 4 / 3, rel=0.5)
    assert nothing_left(tmp_path)


def test_several_sources_each_get_their_place_and_a_failure_is_the_exit_code(run: Run, tmp_path: Path) -> None:
    from bot.cli.demo import write_demo_song

    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_demo_song(tmp_path / folder / "song.wav", 2 if folder == "a" else 3)
    (tmp_path / "notes.mp3").write_text("la la la " * 100)
    done = run("separate", "a/song.wav", "notes.mp3", "b/song.wav", "missing.mp3")
    assert done.returncode == 1
    assert [tmp_path / line for line in done.stdout.splitlines()] == [
        tmp_path / "stems" / folder / f"{stem}.flac"
        for folder in ("song", "song 2")
        for stem in ("vocals", "accompaniment")
    ]
    assert "notes: I can’t read this as audio" in done.stderr
    assert "missing.mp3: There is no file of this name." in done.stderr
    assert nothing_left(tmp_path)


def test_one_command_after_another_leaves_every_song_its_folder(run: Run, tmp_path: Path) -> None:
    """Two songs called Intro; the same bytes under a new name; a tagged song; and the first one again."""
    from bot.cli.demo import write_demo_song

    for folder, seconds in (("a", 2), ("b", 3)):
        (tmp_path / folder).mkdir()
        write_demo_song(tmp_path / folder / "Intro.wav", seconds)
    (tmp_path / "Outro.wav").write_bytes((tmp_path / "a" / "Intro.wav").read_bytes())
    encode(tmp_path / "track03.mp3", music(2), "libmp3lame", "mp3", tags={"title": "Intro", "artist": "The xx"})
    first, second = run("separate", "a/Intro.wav"), run("separate", "b/Intro.wav", "Outro.wav", "track03.mp3")
    again = run("separate", "a/Intro.wav")
    assert [done.returncode for done in (first, second, again)] == [0, 0, 0], second.stderr
    places = [
        list(dict.fromkeys(Path(line).parent.as_posix() for line in done.stdout.splitlines()))
        for done in (first, second, again)
    ]
    assert places == [["stems/Intro"], ["stems/Intro 2", "stems/Outro", "stems/The xx - Intro"], ["stems/Intro"]]
    for folder, seconds in (("Intro", 2), ("Intro 2", 3), ("Outro", 2)):
        assert length(tmp_path / "stems" / folder / "vocals.flac") == seconds * 44100
    with open_song(tmp_path / "stems" / "Outro" / "vocals.flac") as song:
        assert song.title == "vocals - Outro"
    assert "The xx - Intro: Done in" in second.stderr


def test_a_loud_song_is_said_to_be_turned_down_and_how_not(run: Run, tmp_path: Path) -> None:
    write_wav(tmp_path / "loud.wav", music(2) * np.float32(8))
    done = run("separate", "loud.wav", "--format", "wav")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"Turned down \(−\d+\.\d dB\) so that nothing clips · WAV 32-bit float keeps the level", done.stderr
    )
    kept = run("separate", "loud.wav", "--format", "wav32", extra={"FLBT_PRECISION": "bf16"})
    assert kept.returncode == 0, kept.stderr
    assert kept.stderr.startswith("FLBT_PRECISION is ignored: every engine computes in float32.")
    assert "Turned down" not in kept.stderr
    together = np.sum([listen(tmp_path / line) for line in kept.stdout.splitlines()], axis=0)
    assert snr_db(together, to=listen(tmp_path / "loud.wav")) > 80


#: Typed arguments, and their error sentences.
NO_SONGS = {
    "https://youtube.com.evil.example/watch?v=jNQXAC9IVRw": "Only links to YouTube",
    "https://www.youtube.com/@someone": "a channel",
    "https://www.youtube.com/playlist?list=PLabcdefghijklmnop": "a whole playlist",
    "hello": "There is no file of this name",
    ".": "Add --recursive",
    "https://youtu.be/": "no song behind this link",
}


def test_a_source_without_a_song_gets_a_sentence(run: Run, tmp_path: Path) -> None:
    done = run("separate", *NO_SONGS)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == len(NO_SONGS)
    for line, (typed, says) in zip(lines, NO_SONGS.items(), strict=True):
        assert line.startswith(f"{typed}: ")
        assert says in line
    assert nothing_left(tmp_path)


def test_what_youtube_refuses_is_a_sentence(run: Run, tmp_path: Path) -> None:
    refused = [
        (Video("aaaaaaaaaaA", playability=unplayable("LOGIN_REQUIRED", "This video is private")), "is private"),
        (Video("bbbbbbbbbbA", trouble=Trouble.PLAYER_429), "won’t let me download right now"),
        (Video("ccccccccccA", seconds=3, claims={"lengthSeconds": "7200"}), "and the limit is 30:00"),
    ]
    with YouTubeStandIn() as site:
        for video, _ in refused:
            site.add(video)
        done = run("separate", *(video.watch_url for video, _ in refused), extra=site.environment)
    assert (done.returncode, done.stdout) == (1, "")
    for _, says in refused:
        assert done.stderr.count(says) == 1, done.stderr
    assert nothing_left(tmp_path)


def test_a_model_is_chosen_in_one_way(run: Run) -> None:
    for words in (("--stems", "2", "--model", "spleeter-4"), ("--model", "spleeter-3"), ("--stems", "3")):
        done = run("separate", "song.wav", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert ("not both" in done.stderr) == (len(words) == 4), words


def test_a_wrong_setting_stops_the_start_with_one_sentence(run: Run) -> None:
    done = run("separate", "--demo", extra={"FLBT_MAX_SECONDS": "long"})
    assert done.returncode == 2
    assert done.stderr.startswith("FLBT_MAX_SECONDS is wrong")
    assert len(done.stderr.splitlines()) == 1
