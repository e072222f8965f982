"""MIDI: the tempo map follows the song, and notes lie at their times."""

from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido import MidiFile

from jobs.failures import Failed, Reason
from jobs.models import Effect
from jobs.music.analysis import Analysis
from tests.worker.charts.song import BARS, BEATS, SONG, read_midi
from worker.charts.midi import tempo_map, write_notes, write_tempo


def events(path: Path) -> list[tuple[float, Any]]:
    """All messages with their seconds, by the file's own tempo map, as another program reads them."""
    messages = list(MidiFile(path))
    return list(zip(accumulate(message.time for message in messages), messages, strict=True))


def notes(path: Path) -> dict[int, list[tuple[float, int]]]:
    heard: dict[int, list[tuple[float, int]]] = {}
    for seconds, message in events(path):
        if message.type == "note_on":
            heard.setdefault(message.channel, []).append((seconds, message.note))
    return heard


def test_notes_lie_at_their_times(tmp_path: Path) -> None:
    write_notes(SONG, Effect(), "Blue in green", tmp_path / "notes.mid")
    heard = notes(tmp_path / "notes.mid")
    assert [time for time, _ in heard[0]] == pytest.approx(BARS, abs=0.002)
    assert [time for time, _ in heard[1]] == pytest.approx([BARS[1], BARS[1] + 1], abs=0.002)
    assert {pitch for _, pitch in heard[1]} == {62}
    names = [track.name for track in MidiFile(tmp_path / "notes.mid").tracks]
    assert names == ["Blue in green", "Bass", "Voice"]


def test_another_reader_finds_the_notes(tmp_path: Path) -> None:
    write_notes(SONG, Effect(), "Blue in green", tmp_path / "notes.mid")
    tracks = read_midi(tmp_path / "notes.mid").tracks
    assert [(track.name, track.program) for track in tracks] == [("Bass", 33), ("Voice", 53)]
    for track, notes_ in zip(tracks, (SONG.bass, SONG.vocals), strict=True):
        assert [note.pitch for note in track.notes] == [note.pitch for note in notes_]
        assert [note.start for note in track.notes] == pytest.approx([note.start for note in notes_], abs=0.002)


def test_key_and_tempo_are_the_effects(tmp_path: Path) -> None:
    write_notes(SONG, Effect(tempo=80, key=-3), "x", tmp_path / "notes.mid")
    heard = notes(tmp_path / "notes.mid")[0]
    assert [time for time, _ in heard] == pytest.approx([bar * 1.25 for bar in BARS], abs=0.002)
    assert {pitch for _, pitch in heard} == {40}


def test_bars_begin_where_the_song_has_them(tmp_path: Path) -> None:
    """A beat of silence and a pickup: a first bar of two beats, then four."""
    write_notes(SONG, Effect(), "x", tmp_path / "notes.mid")
    signatures = [
        (seconds, message.numerator)
        for seconds, message in events(tmp_path / "notes.mid")
        if message.type == "time_signature"
    ]
    assert signatures == [(0, 2), (pytest.approx(BARS[0], abs=0.002), 4)]


@given(st.lists(st.floats(0.25, 1.2), min_size=4, max_size=60), st.floats(0, 5))
def test_the_tempo_map_follows_drift(gaps: list[float], start: float) -> None:
    beats = tuple(accumulate(gaps, initial=start))
    song = tempo_map(Analysis(made_by="test", beats=beats, downbeats=beats[::3]))
    assert song.times[0] == pytest.approx(0, abs=0.001)
    ticks = [song.ticks(beat) for beat in beats][1:]
    beats = beats[1:]
    assert ticks == pytest.approx([ticks[0] + 960 * number for number in range(len(beats))], abs=1)


@pytest.mark.parametrize("start", [0.0, 0.005, 0.06, 0.07, 0.4, 3.1])
def test_no_beat_is_quicker_than_a_daw_can_play(start: float) -> None:
    song = tempo_map(Analysis(made_by="test", beats=tuple(start + 0.5 * number for number in range(9))))
    assert song.times[0] == 0
    assert min(later - earlier for earlier, later in pairwise(song.times)) >= 60 / 960
    assert song.times[-1] == pytest.approx(start + 4)


def test_markers(tmp_path: Path) -> None:
    write_tempo(SONG, 100, "Água", [(BEATS[5], "Bar 2"), (100.0, "End")], tmp_path / "tempo.mid")
    marked = {message.text: seconds for seconds, message in events(tmp_path / "tempo.mid") if message.type == "marker"}
    assert marked == {"Bar 2": pytest.approx(BEATS[5], abs=0.002), "End": pytest.approx(100, abs=0.1)}


def test_notes_without_beats_lie_at_their_times_too(tmp_path: Path) -> None:
    write_notes(Analysis(made_by="test", bass=SONG.bass), Effect(), "x", tmp_path / "notes.mid")
    assert [time for time, _ in notes(tmp_path / "notes.mid")[0]] == pytest.approx(BARS, abs=0.002)


@pytest.mark.parametrize("analysis", [None, Analysis(made_by="test", beats=BEATS)])
def test_no_notes_are_invented(analysis: Analysis | None, tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        write_notes(analysis, Effect(), "x", tmp_path / "notes.mid")
    assert caught.value.failure.reason is Reason.NO_NOTES
    assert not list(tmp_path.iterdir())
