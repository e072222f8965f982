"""An uploaded file is checked, named, and left in the inbox."""

from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.models import Upload, YouTube
from jobs.results import Tags
from tests.lies import liars
from tests.sounds import AWKWARD, Awkward, encode, jpeg, music, write_wav
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import Fetched, FetchTask
from worker.sources.upload import fetch_upload


def fetch(
    inbox: Path | None, *, name: str = "", title: str | None = None, performer: str | None = None, limit: float = 60
) -> Fetched:
    source = Upload(upload_id="u1", name=name, title=title, performer=performer)
    output = (inbox or Path.cwd()).parent / "output"
    output.mkdir(exist_ok=True)
    return fetch_upload(task_for(source, inbox, output, limit), lambda _: None)


def task_for(source: Upload, inbox: Path | None, output: Path, limit: float = 60) -> FetchTask:
    return FetchTask(source=source, output=output, inbox=inbox, max_seconds=limit)


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """A file in the inbox: named by an id, without an extension."""
    made = encode(
        tmp_path / "made.mp3",
        music(2),
        "libmp3lame",
        "mp3",
        tags={"title": "Creep", "artist": "Radiohead"},
        cover=jpeg(),
    )
    return made.rename(tmp_path / "u1")


def test_the_file_stays_where_it_is(tagged: Path) -> None:
    before = tagged.read_bytes()
    fetched = fetch(tagged)
    assert fetched.audio == tagged
    assert tagged.read_bytes() == before
    assert fetched.seconds == pytest.approx(2, abs=0.01)


def test_the_cover_is_taken_out(tagged: Path) -> None:
    cover = fetch(tagged).cover
    assert cover is not None
    assert cover.name == "cover.jpg"
    assert cover.read_bytes() == jpeg()


def test_tags_of_the_sender_come_first_then_the_files_then_its_name(tagged: Path, tmp_path: Path) -> None:
    assert fetch(tagged, name="x.mp3").tags == Tags(title="Creep", artist="Radiohead")
    assert fetch(tagged, title="Kreep", name="x.mp3").tags == Tags(title="Kreep", artist="Radiohead")
    assert fetch(tagged, title=" ", performer="Me").tags == Tags(title="Creep", artist="Me")
    plain = write_wav(tmp_path / "u2", music(0.5))
    assert fetch(plain, name="my_song.final.wav").tags == Tags(title="my song.final")
    assert fetch(plain, name="AUDIO").tags == Tags(title="AUDIO")
    assert fetch(plain).tags == Tags(title="Untitled")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd.mp3", "passwd"),
        ("C:\\music\\song one.flac", "song one"),
        ("\u202e3pm.gnos\nx.mp3", "3pm.gnos x"),
        ("Fu\u0308r.ogg", "Für"),
        ("___.mp3", "Untitled"),
        ("🎸" * 300 + "../" * 10 + "é.mp3", "é"),
        ("a" * 3000, "a" * 500),
    ],
)
def test_names_of_files_become_titles(name: str, title: str, tmp_path: Path) -> None:
    assert fetch(write_wav(tmp_path / "u", music(0.1)), name=name).tags.title == title


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    for inbox in (None, tmp_path / "missing", tmp_path):
        with pytest.raises(Failed) as caught:
            fetch_upload(task_for(Upload(upload_id="u1"), inbox, tmp_path), lambda _: None)
        assert caught.value.failure.reason is Reason.UPLOAD_GONE


def test_too_long_is_said_before_any_work(tagged: Path) -> None:
    with pytest.raises(Failed) as caught:
        fetch(tagged, limit=1.5)
    failure = caught.value.failure
    assert failure.reason is Reason.TOO_LONG
    assert failure.values["limit_seconds"] == 1.5
    assert failure.values["seconds"] == pytest.approx(2, abs=0.01)
    assert fetch(tagged, limit=2).seconds == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("times", [300, 1 / 8])
def test_only_sound_is_as_long_as_it_is(times: float, tmp_path: Path) -> None:
    """Eight seconds of music, with a header of forty minutes, or of one second."""
    kinds = 0
    for name, honest, liar in liars(tmp_path, music(8), times):
        kinds += 1
        assert fetch(honest, limit=9).seconds == pytest.approx(8, abs=0.1), name
        assert fetch(liar, limit=9).seconds == pytest.approx(8, abs=0.1), name
    assert kinds > 9


def test_a_file_is_refused_for_its_decoded_length(tmp_path: Path) -> None:
    for name, _, liar in liars(tmp_path, music(8), 1 / 8):
        with pytest.raises(Failed) as caught:
            fetch(liar, limit=4)
        assert caught.value.failure.reason is Reason.TOO_LONG, name
        assert caught.value.failure.values["seconds"] == pytest.approx(4, abs=4)


def test_a_guessed_length_refuses_no_file(tmp_path: Path) -> None:
    """Without an index, FFmpeg estimates from the bit rate of the beginning."""
    calm = encode(tmp_path / "a.mp3", music(8), "libmp3lame", "mp3", options={"write_xing": "0"}, kbps=32)
    dense = encode(tmp_path / "b.mp3", music(8), "libmp3lame", "mp3", options={"write_xing": "0"}, kbps=320)
    both = tmp_path / "u"
    both.write_bytes(calm.read_bytes() + dense.read_bytes())
    assert fetch(both, limit=20).seconds == pytest.approx(16, abs=0.1)


def test_a_length_is_reported_when_it_is_counted(tmp_path: Path) -> None:
    """The reported length is charged, so it must not come from a header."""
    steps: list[Step] = []
    for _, _, liar in liars(tmp_path, music(1), 300):
        fetch_upload(task_for(Upload(upload_id="u1"), liar, tmp_path), steps.append)
    lengths = {step.seconds for step in steps}
    assert None in lengths
    assert all(length is None or length == pytest.approx(1, abs=0.1) for length in lengths)


@pytest.mark.parametrize("kind", AWKWARD, ids=lambda kind: kind.name)
def test_awkward_files(kind: Awkward, tmp_path: Path) -> None:
    inbox = kind.make(tmp_path)
    if kind.reason is None:
        assert fetch(inbox, name="song.mp3").tags == Tags(title="song")
        return
    with pytest.raises(Failed) as caught:
        fetch(inbox, name="song.mp3")
    assert caught.value.failure.reason is kind.reason
    assert list((tmp_path / "output").iterdir()) == []


async def test_through_the_child(tagged: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    steps: list[Step] = []
    task = task_for(Upload(upload_id="u1"), tagged, output)
    fetched = await run_child("worker.sources", task, Fetched, steps.append, deadline=60)
    assert fetched.tags == Tags(title="Creep", artist="Radiohead")
    assert {(step.title, step.artist) for step in steps} == {("Creep", "Radiohead")}
    assert (steps[-1].fraction, steps[-1].seconds) == (1, fetched.seconds)
    tagged.write_text("words, words, words")
    with pytest.raises(Failed) as caught:
        await run_child("worker.sources", task, Fetched, steps.append, deadline=60)
    assert caught.value.failure.reason is Reason.NOT_AUDIO


def test_only_uploads_are_taken(tmp_path: Path) -> None:
    task = FetchTask(source=YouTube(video_id="dQw4w9WgXcQ"), output=tmp_path, max_seconds=60)
    with pytest.raises(Failed) as caught:
        fetch_upload(task, lambda _: None)
    assert caught.value.failure.reason is Reason.INTERNAL
