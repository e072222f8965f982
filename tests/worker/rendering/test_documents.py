"""Charts and MIDI as renditions: their files, and that other files beside them are made."""

import pytest
from mido import MidiFile
from PIL import Image

from jobs.failures import Failed
from jobs.models import Chart, Effect, Format, Notes, Order, Stem
from tests.worker.charts.song import SONG
from tests.worker.rendering.tasks import Make, make_task, mix, quiet
from worker.rendering.render import render

__all__ = ["make_task"]


def test_a_chart_and_notes_beside_a_mix(make_task: Make) -> None:
    (chart,) = Order(content=Chart(), effect=Effect(key=2), format=Format.FLAC).renditions
    (notes,) = Order(content=Notes(), format=Format.M4A).renditions
    task = make_task(chart, notes, mix(Format.MP3, Stem.BASS)).model_copy(update={"analysis": SONG})
    result = render(task, quiet)
    assert [[file.name for file in files] for files in result.files] == [
        ["chords.png", "chords.cho"],
        ["notes.mid"],
        ["mix.mp3"],
    ]
    with Image.open(task.output / chart.key / "chords.png") as picture:
        assert picture.format == "PNG"
    assert "| Am . . . |" in (task.output / chart.key / "chords.cho").read_text("utf-8")
    assert len(MidiFile(task.output / notes.key / "notes.mid").tracks) == 3


def test_a_song_without_known_chords_fails(make_task: Make) -> None:
    (chart,) = Order(content=Chart()).renditions
    with pytest.raises(Failed):
        render(make_task(chart), quiet)
