"""`fl-bt separate` as a person runs it: a process, real files, the real network, paths on stdout."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.peers.videos import Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.sounds import encode, listen, music, snr_db, write_wav
from tests.weights import models_dir
from worker.audio.reading import open_song

__all__ = ["models_dir"]

Run = Callable[..., "subprocess.CompletedProcess[str]"]
VIDEO = "jNQXAC9IVRw"


@pytest.fixture
def environment(tmp_path: Path, models_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    return {
        **kept,
        "FLBT_DATA": str(tmp_path / "data"),
        "FLBT_MODELS": str(models_dir),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    (tmp_path / "tmp").mkdir()

    def run(*words: str, extra: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-m", "bot", *words],
            cwd=tmp_path, env={**environment, **(extra or {})}, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    return run


#: `fl-bt` as a user without a name, since only root could become one.
HOMELESS = """
import pwd
def nobody(number):
    raise KeyError(number)
pwd.getpwuid = nobody
from bot.cli.main import main
main()
"""


def nothing_left(tmp_path: Path) -> bool:
    """No temporary file, nothing half made in the store."""
    work = tmp_path / "data" / "store" / "work"
    return not list((tmp_path / "tmp").iterdir()) and not (work.exists() and list(work.iterdir()))


def length(path: Path) -> int:
    with open_song(path) as song:
        return sum(len(block) for block in song.blocks())


def test_signs_that_a_locale_does_not_have_are_written_in_others(run: Run) -> None:
    done = run("doctor", extra={"PYTHONIOENCODING": "iso-8859-1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u2713 Python" in done.stdout


def test_without_a_home_folder_the_data_has_to_be_named(tmp_path: Path) -> None:
    """As a user who is only a number, in a container."""
    homes = ("HOME", "XDG_DATA_HOME")
    homeless = {name: value for name, value in os.environ.items() if name not in homes and not name.startswith("FLBT_")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", HOMELESS, "doctor"], cwd=tmp_path, env=homeless, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("FLBT_DATA is not set, and this user has no home folder.")


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
    assert path.name == "Some Band - A_Song_ _b_ (2 stems).zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names == [f"Some Band - A_Song_ _b_ ({stem}).mp3" for stem in ("vocals", "accompaniment")] + ["stems.json"]
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
    assert "missing.mp3: I can’t read this file: No such file or directory. Check its name" in done.stderr
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
        assert song.title == "Outro (vocals)"
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
    "https://youtube.com.evil.example/watch?v=jNQXAC9IVRw": "only know links to YouTube",
    "https://www.youtube.com/@someone": "a channel",
    "https://www.youtube.com/playlist?list=PLabcdefghijklmnop": "a whole playlist",
    "hello": "No such file or directory",
    ".": "Is a directory",
    "https://youtu.be/": "find a song",
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
        (Video("ccccccccccA", seconds=3, claims={"lengthSeconds": "7200"}), "and I take songs up to 30:00"),
    ]
    with YouTubeStandIn() as site:
        for video, _ in refused:
            site.add(video)
        done = run("separate", *(video.watch_url for video, _ in refused), extra=site.environment)
    assert (done.returncode, done.stdout) == (1, "")
    for _, says in refused:
        assert done.stderr.count(says) == 1, done.stderr
    assert nothing_left(tmp_path)


def stopped_while_separating(pid: int) -> None:
    """The separation is paused, so that it never ends before the test does."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for one in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "worker.separation" in one.cmdline():
                    one.suspend()
                    return
        time.sleep(0.01)
    raise AssertionError("nobody separates")


def test_ctrl_c_stops_everything_and_leaves_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    from bot.cli.demo import write_demo_song

    (tmp_path / "tmp").mkdir()
    write_demo_song(tmp_path / "song.wav", 20)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "separate", "song.wav"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stdout is not None
        stopped_while_separating(process.pid)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 4, "guard, queue, worker, and what separates"
        process.send_signal(signal.SIGINT)
        assert "Cancelled." in process.stderr.read()
        assert process.stdout.read() == ""
        assert process.wait(timeout=120) == 130
        _, alive = psutil.wait_procs(family, timeout=120)
        assert alive == []
    assert nothing_left(tmp_path)


def test_kill_9_leaves_no_process(tmp_path: Path, environment: dict[str, str]) -> None:
    from bot.cli.demo import write_demo_song

    (tmp_path / "tmp").mkdir()
    write_demo_song(tmp_path / "song.wav", 20)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "separate", "song.wav"],
        cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        stopped_while_separating(process.pid)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 4, "guard, queue, worker, and what separates"
        process.kill()
        _, alive = psutil.wait_procs(family, timeout=15)
        assert alive == []


def test_without_a_token_up_says_how_to_get_one(run: Run) -> None:
    done = run("up")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    assert "BotFather" in done.stderr


@pytest.mark.parametrize("part", [("bot", "bot"), ("worker", "run")])
def test_a_tethered_part_that_is_set_up_wrong_says_so_by_its_exit_code(
    tmp_path: Path, environment: dict[str, str], part: tuple[str, str]
) -> None:
    """Or its supervisor would start it again for ever."""
    command = [sys.executable, "-P", "-m", *part, "--tethered"]
    wrong = {"FLBT_REDIS_URL": "redis://127.0.0.1:1/0"} if part[0] == "bot" else {}  # no token; no queue
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment | wrong, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.wait(timeout=60) == 2
        assert process.stderr is not None
        assert len(process.stderr.read().splitlines()) == 1


def test_weights_that_cannot_be_had_are_a_sentence(run: Run, tmp_path: Path) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    done = run("models", "4", extra={**nowhere, "FLBT_MODELS": str(tmp_path / "models")})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The weights for 4 stems could not be fetched.")
    assert not [path for path in (tmp_path / "models").iterdir() if not path.name.endswith(".lock")]


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


def test_doctor_reports_faults_with_advice(run: Run) -> None:
    well = run("doctor")
    assert well.returncode == 0, well.stdout
    assert "✓ Weights  for 2" in well.stdout
    ill = run("doctor", extra={"FLBT_REDIS_URL": "redis://127.0.0.1:1/0", "FLBT_STORE": "file:///proc/store"})
    assert ill.returncode == 1
    assert "✗ Queue" in ill.stdout
    assert "✗ Store" in ill.stdout
    assert ill.stdout.count("→") >= 2


#: Leaves every place with a worker out of reach, then runs the command that the arguments name.
ALONE = """
import os, runpy, sys
sys.path[:] = [sys.argv.pop(1), *(place for place in sys.path if not os.path.isdir(os.path.join(place, "worker")))]
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


def test_doctor_where_the_bot_is_alone(
    request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]
) -> None:
    """As in the bot's container: without a worker, missing weights are no fault."""
    for room in ("bot", "jobs"):
        (tmp_path / "app" / room).parent.mkdir(exist_ok=True)
        (tmp_path / "app" / room).symlink_to(request.config.rootpath / room)
    done = subprocess.run(
        [sys.executable, "-P", "-c", ALONE, str(tmp_path / "app"), "doctor"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "✓ Weights  none needed" in done.stdout, done.stderr
    assert done.returncode == 0


def test_doctor_says_why_weights_could_not_be_looked_at(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "__init__.py").touch()
    (tmp_path / "worker" / "__main__.py").write_text("raise SystemExit('half of it is missing')")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "doctor"],
        cwd=tmp_path, env=environment | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "✗ Weights  could not be looked at: half of it is missing" in done.stdout
    assert done.returncode == 1


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == "fl-bt, version 0.1.0\n"
