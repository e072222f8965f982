"""MIDI of a song: its tempo map, markers, and the notes of bass and voice, with mido.

Every beat is a quarter. The tempo changes at each beat, so a note or a marker lies at its time however the song drifts.
Bars are those that were found: what comes before the first one is a bar of its own length.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from jobs.failures import Reason, failed
from jobs.filenames import one_line
from jobs.models import Effect
from jobs.music.analysis import Analysis, Note
from worker.practice.grid import Beat, bar_of, beats_of

TICKS: Final = 960  # of a quarter
USUAL_BPM: Final = 120.0  # where no tempo is known
SHORTEST: Final = 60 / 960  # seconds of a beat: DAWs take no quicker tempo
SLOWEST: Final = 16_777_215  # microseconds of a quarter that the format can hold
#: General MIDI: finger bass, and voice.
BASS, VOICE = 33, 53
LOUDNESS: Final = 96


class TempoMap(NamedTuple):
    """`times`: seconds in the file of each beat, the first at 0; `bars`: the numbers of those that begin a bar, and the
    beats in it."""

    times: tuple[float, ...]
    bars: tuple[tuple[int, int], ...]

    def ticks(self, seconds: float) -> int:
        """Where a time lies."""
        number = min(max(bisect_right(self.times, seconds) - 1, 0), len(self.times) - 2)
        start, end = self.times[number], self.times[number + 1]
        return max(round((number + (seconds - start) / (end - start)) * TICKS), 0)


def tempo_map(analysis: Analysis | None, tempo: int = 100) -> TempoMap:
    """The tempo map of a song at `tempo` percent; a steady one where its beats are not known."""
    scale = 100 / tempo
    if analysis is None or len(analysis.beats) < 2:
        beat = 60 / ((analysis.bpm if analysis else None) or USUAL_BPM) * scale
        return TempoMap((0.0, beat), ((0, (analysis.metre if analysis else None) or 4),))
    beats = beats_of(analysis)
    early = _beats_before(beats)
    start = beats[0].seconds
    before = [start * number / early for number in range(early)]
    # Without a beat before it, the first one begins with the file.
    known = [beat.seconds if early or number else 0.0 for number, beat in enumerate(beats)]
    times = tuple(time * scale for time in [*before, *known])
    begins = [early + number for number, beat in enumerate(beats) if beat.place == 0] or [early]
    edges = sorted({0, *begins})
    lengths = [later - earlier for earlier, later in pairwise(edges)]
    return TempoMap(times, tuple(zip(edges, [*lengths, bar_of(analysis)], strict=True)))


def _beats_before(beats: Sequence[Beat]) -> int:
    """Beats between the file's beginning and the first one that is known; 0 where that lies at the beginning, as far as
    a tempo can tell."""
    period = (beats[min(8, len(beats) - 1)].seconds - beats[0].seconds) / min(8, len(beats) - 1)
    return max(round(beats[0].seconds / period), 1) if beats[0].seconds > SHORTEST else 0


def write_notes(analysis: Analysis | None, effect: Effect, title: str, path: Path) -> None:
    """Writes the notes of bass and voice, in the effect's key and tempo. Raises `Failed` NO_NOTES without any."""
    if analysis is None or not (analysis.bass or analysis.vocals):
        raise failed(Reason.NO_NOTES, "no analysis" if analysis is None else "no notes")
    song = tempo_map(analysis, effect.tempo)
    tracks = [_conductor(song, title, ())]
    for name, program, channel, notes in (("Bass", BASS, 0, analysis.bass), ("Voice", VOICE, 1, analysis.vocals)):
        if notes:
            tracks.append(_notes(song, effect, name, program, channel, notes))
    _write(tracks, path)


def write_tempo(
    analysis: Analysis | None, tempo: int, title: str, markers: Iterable[tuple[float, str]], path: Path
) -> None:
    """Writes the tempo map of a song at `tempo` percent, with markers at seconds of the result."""
    _write([_conductor(tempo_map(analysis, tempo), title, markers)], path)


Events = list[tuple[int, Any]]  # ticks and message


def _conductor(song: TempoMap, title: str, markers: Iterable[tuple[float, str]]) -> Events:
    from mido import MetaMessage

    events: Events = [(0, MetaMessage("track_name", name=_latin(title)))]
    signature = 0
    for number, beats in song.bars:
        if beats != signature:
            events.append((number * TICKS, MetaMessage("time_signature", numerator=min(beats, 255), denominator=4)))
            signature = beats
    before = 0
    for number, (start, end) in enumerate(pairwise(song.times)):
        tempo = min(max(round((end - start) * 1e6), 1), SLOWEST)
        if tempo != before:
            events.append((number * TICKS, MetaMessage("set_tempo", tempo=tempo)))
            before = tempo
    events += [(song.ticks(seconds), MetaMessage("marker", text=_latin(text))) for seconds, text in markers]
    return events


def _notes(song: TempoMap, effect: Effect, name: str, program: int, channel: int, notes: Sequence[Note]) -> Events:
    from mido import Message, MetaMessage

    events: Events = [
        (0, MetaMessage("track_name", name=name)),
        (0, Message("program_change", program=program, channel=channel)),
    ]
    at: Callable[[float], int] = lambda seconds: song.ticks(seconds * 100 / effect.tempo)  # noqa: E731
    for note in notes:
        pitch = note.pitch + effect.key
        if not 0 <= pitch <= 127:
            continue
        start = at(note.start)
        events.append((start, Message("note_on", note=pitch, velocity=LOUDNESS, channel=channel)))
        events.append((max(at(note.end), start + 1), Message("note_off", note=pitch, velocity=0, channel=channel)))
    return events


def _write(tracks: Sequence[Events], path: Path) -> None:
    from mido import MetaMessage, MidiFile, MidiTrack

    file = MidiFile(type=1, ticks_per_beat=TICKS)
    for events in tracks:
        track, at = MidiTrack(), 0
        # A note ends before the next one of its pitch begins.
        for ticks, message in sorted(events, key=lambda event: (event[0], event[1].type != "note_off")):
            track.append(message.copy(time=ticks - at))
            at = ticks
        track.append(MetaMessage("end_of_track", time=0))
        file.tracks.append(track)
    unfinished = path.with_name(path.name + ".part")
    file.save(unfinished)
    unfinished.replace(path)


def _latin(text: str) -> str:
    """A text in the letters of the format, transliterated where it has others."""
    from anyascii import anyascii

    line = one_line(text)[:200]
    return line if line.isascii() else anyascii(line)
