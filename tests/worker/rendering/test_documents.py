"""Charts and MIDI as renditions: their files as other programs read them, and other files beside them."""

from pathlib import Path
from zipfile import ZipFile

import pytest
import rpp
from mido import MidiFile
from PIL import Image

from jobs.failures import Failed
from jobs.models import Chart, Deck, Effect, Format, Notes, Order, Rendition, Session, Stem
from jobs.results import Tags
from tests.worker.charts.song import SONG, read_midi
from tests.worker.rendering.tasks import SONGS, Make, make_task, mix, quiet
from worker.audio.reading import open_song
from worker.rendering.render import render

__all__ = ["make_task"]


def test_a_chart_and_notes_beside_a_mix(make_task: Make) -> None:
    (chart,) = Order(content=Chart(), effect=Effect(key=2), format=Format.FLAC).renditions
    (notes,) = Order(content=Notes(), format=Format.M4A).renditions
    task = make_task(chart, notes, mix(Format.MP3, Stem.BASS)).model_copy(update={"analysis": SONG})
    result = render(task, quiet)
    assert [[file.name for file in files] for files in result.files] == [
        ["chart.png", "chords.cho"],
        ["notes.mid"],
        ["mix.mp3"],
    ]
    with Image.open(task.output / chart.key / "chart.png") as picture:
        assert picture.format == "PNG"
    assert "| Am . . . |" in (task.output / chart.key / "chords.cho").read_text("utf-8")
    assert len(MidiFile(task.output / notes.key / "notes.mid").tracks) == 3


def session(format_: Format) -> Rendition:
    (rendition,) = Order(content=Session(), format=format_).renditions
    return rendition


@pytest.mark.parametrize(("format_", "made"), [(Format.MP3, "wav"), (Format.WAV32, "wav"), (Format.FLAC, "flac")])
def test_a_session_for_a_daw(make_task: Make, tmp_path: Path, format_: Format, made: str) -> None:
    rendition = session(format_)
    task = make_task(rendition).model_copy(update={"analysis": SONG, "tags": Tags(title="Blue", artist="Elis")})
    result = render(task, quiet)
    assert result.labels == ("Gm 120 BPM",)
    ((file,),) = result.files
    with ZipFile(task.output / rendition.key / file.name) as archive:
        archive.extractall(tmp_path / "session")
    names = {path.name for path in (tmp_path / "session").iterdir()}
    sounds = {f"{one} - Gm 120 BPM.{made}" for one in ("vocals", "drums", "bass", "other", "click")}
    assert names == {
        *sounds,
        "tempo map - Gm 120 BPM.mid",
        "Elis - Blue (Gm 120 BPM).rpp",
        "analysis.json",
        "stems.json",
    }
    lengths = set()
    for name in sounds:
        with open_song(tmp_path / "session" / name) as song:
            lengths.add(sum(len(block) for block in song.blocks()))
    assert lengths == {len(SONGS[Stem.VOCALS])}
    project = rpp.loads((tmp_path / "session" / "Elis - Blue (Gm 120 BPM).rpp").read_text("utf-8"))
    items = [track.find("ITEM") for track in project.findall("TRACK")]
    assert {item.find("SOURCE").find("FILE")[1] for item in items} == sounds
    assert {tuple(item.find("POSITION")) for item in items} == {("POSITION", "0")}
    points = [point[1:] for point in project.find("TEMPOENVEX").findall("PT")]
    assert [float(bpm) for _, bpm, *_ in points] == pytest.approx([100, 120, 120])  # a beat of 0.6 s, then of 0.5 s
    assert [point[3:] for point in points] == [["262146"], [], ["262148"]]  # a bar of two beats, then of four
    assert project.findall("MARKER") == [["MARKER", "1", "1.100000000", "Bar 1", "0"]]
    conductor = read_midi(tmp_path / "session" / "tempo map - Gm 120 BPM.mid")
    assert [tempo.time for tempo in conductor.tempos] == pytest.approx([0, 0.6], abs=0.002)
    assert [tempo.qpm for tempo in conductor.tempos] == pytest.approx([100, 120])
    assert [bar.time for bar in conductor.time_signatures] == pytest.approx([0, 1.1], abs=0.002)
    assert [bar.numerator for bar in conductor.time_signatures] == [2, 4]
    assert [mark.time for mark in conductor.markers] == pytest.approx([1.1], abs=0.002)
    assert [mark.text for mark in conductor.markers] == ["Bar 1"]


def test_a_session_without_known_beats_has_what_can_be_had(make_task: Make) -> None:
    rendition = session(Format.WAV)
    task = make_task(rendition)
    ((file,),) = render(task, quiet).files
    with ZipFile(task.output / rendition.key / file.name) as archive:
        names = archive.namelist()
    assert sorted(name.rpartition(".")[2] for name in names) == ["json", "rpp", "wav", "wav", "wav", "wav"]
    assert "click.wav" not in names


def test_files_for_a_dj(make_task: Make) -> None:
    (deck,) = Order(content=Deck(), effect=Effect(tempo=95, key=2), format=Format.FLAC).renditions
    task = make_task(deck).model_copy(update={"analysis": SONG})
    result = render(task, quiet)
    assert result.labels == ("8A 114",)
    assert [file.name for file in result.files[0]] == ["acapella.flac", "instrumental.flac"]
    with open_song(task.output / deck.key / "acapella.flac") as song:
        assert song.title == "../Ünder pressure? (acapella, 95 %, +2)"


def test_a_song_without_known_chords_fails(make_task: Make) -> None:
    (chart,) = Order(content=Chart()).renditions
    with pytest.raises(Failed):
        render(make_task(chart), quiet)
