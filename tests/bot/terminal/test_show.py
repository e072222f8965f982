"""Progress on standard error: a live bar on a terminal, else plain lines."""

import pytest

from bot.terminal.show import Show
from jobs.models import Request, Source, Upload, YouTube
from jobs.progress import Progress, RequestPhase, TrackStage, View
from jobs.results import Called

VIDEO = YouTube(video_id="jNQXAC9IVRw")
FILE = Upload(upload_id="song", name="song.mp3")


def at(
    progress: Progress | None = None, source: Source = VIDEO, phase: RequestPhase = RequestPhase.WAITING, ahead: int = 0
) -> View:
    request = Request(id="0" * 16, platform="terminal", chat="terminal:me", asker="terminal:me", source=source,
                      created_at=0)  # fmt: skip
    return View(request=request, phase=phase, progress=progress, ahead=ahead)


WAY = [
    (at(phase=RequestPhase.RECEIVING, source=FILE), "Taking in your file"),
    (at(ahead=2), "In line, 2 songs ahead"),
    (at(Progress(stage=TrackStage.FETCHING)), "Downloading"),
    (at(Progress(stage=TrackStage.FETCHING), source=FILE), "Reading your file"),
    (at(Progress(stage=TrackStage.SEPARATING, note="model")), "First time with this many stems"),
    (at(Progress(stage=TrackStage.SEPARATING, note="model", bytes_=145_960_000)), "fetching 146 MB that I need"),
    (at(Progress(stage=TrackStage.SEPARATING, fraction=0.6, seconds_left=20)), "Separating voice and band"),
    (at(Progress(stage=TrackStage.RENDERING, fraction=0.1)), "Making the MP3 files"),
]


def test_plain_lines_are_printed_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Show("en") as show:
        for view, _ in WAY:
            for _ in range(2):  # as it is looked at again and again
                show.view("My [Song]", view)
        show.view("My [Song]", at(phase=RequestPhase.SENDING))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(WAY), lines
    for line, (_, says) in zip(lines, WAY, strict=True):
        assert line.startswith("My [Song]: ")
        assert says in line, line
    assert lines[6].endswith(" 50%"), "every quarter is told, not every step"


def test_a_title_replaces_the_typed_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with Show("en") as show:
        show.view("song.mp3", at(Progress(stage=TrackStage.SEPARATING, title="[b]My Song", fraction=0.3)))
        show.view("song.mp3", at(Progress(stage=TrackStage.SEPARATING, title="[b]My Song", fraction=0.4)))
        show.view("song.mp3", at(Progress(stage=TrackStage.SEPARATING, title="[b]My Song", fraction=0.5)))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("[b]My Song: ")
    assert (first[-4:], second[-4:]) == (" 25%", " 50%")


def test_in_line_a_song_has_the_name_and_length_that_were_found_out(capsys: pytest.CaptureFixture[str]) -> None:
    called = {"called": Called(title="[b]My Song", seconds=61)}
    with Show("en") as show:
        show.view("https://youtu.be/jNQXAC9IVRw", at(ahead=1).model_copy(update=called))
        show.view("https://youtu.be/jNQXAC9IVRw", at(Progress(stage=TrackStage.FETCHING)).model_copy(update=called))
    assert capsys.readouterr().err.splitlines() == [
        "[b]My Song (1:01): In line, one song ahead",
        "[b]My Song: Downloading",
    ]


def test_a_live_bar_where_somebody_looks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    with Show("pt") as show:
        show.view("Song", at(Progress(stage=TrackStage.SEPARATING, fraction=0.6, seconds_left=20)))
        show.say("Pronto.")
    shown = capsys.readouterr().err
    assert "\x1b[" in shown, "it moves"
    assert "Pronto." in shown
    assert "20 s" in shown


def test_names_of_files_do_not_colour_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Show("en") as show:
        show.say("\x1b[31mred\x07.mp3: gone\nroot: ok")
    assert capsys.readouterr().err == "[31mred.mp3: gone root: ok\n"


def test_a_quiet_run_tells_failures_only(capsys: pytest.CaptureFixture[str]) -> None:
    with Show("en", quiet=True) as show:
        show.view("Song", at(Progress(stage=TrackStage.SEPARATING, fraction=0.6)))
        show.tell("Song: Done in 5 s")
        show.say("Song: gone")
    assert capsys.readouterr().err == "Song: gone\n"
