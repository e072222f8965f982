"""Files of a rendition that are no sound: charts, MIDI, projects; and names that tell key and tempo."""

from pathlib import Path

from jobs.filenames import extension_of, file_name, track_name
from jobs.models import Chart, Deck, Notes, Rendition, Session
from jobs.music.analysis import Analysis
from jobs.music.contents import ContentFile
from worker.audio.sound import SAMPLE_RATE
from worker.charts.chart import chart_of, key_name
from worker.charts.chart_picture import draw_chart
from worker.charts.chordpro import ascii_name, chordpro
from worker.charts.midi import tempo_map, write_notes, write_tempo
from worker.charts.reaper import Item, markers_of, project
from worker.child.tasks import RenderTask
from worker.practice.treatment import treated_length, unheard
from worker.rendering.sums import stems_of


def write_document(task: RenderTask, rendition: Rendition, path: Path) -> None:
    """Writes one file. Raises `Failed` NO_CHORDS and NO_NOTES where the song's analysis has none."""
    path.parent.mkdir(exist_ok=True)
    match rendition.content:
        case Chart():
            chart = chart_of(task.analysis, rendition.effect)
            if path.suffix == ".png":
                draw_chart(chart, task.tags, path)
            else:
                path.write_text(chordpro(chart, task.tags), encoding="utf-8")
        case Notes():
            write_notes(task.analysis, rendition.effect, task.tags.title, path)
        case Session() if path.suffix == ".mid":
            markers = markers_of(task.analysis, rendition.effect.tempo)
            write_tempo(task.analysis, rendition.effect.tempo, task.tags.title, markers, path)
        case _:
            path.write_text(_project(task, rendition), encoding="utf-8")


def _project(task: RenderTask, rendition: Rendition) -> str:
    has_beats = task.analysis is not None and len(task.analysis.beats) > 1
    files = [file for file in rendition.files([stem for stem, _ in stems_of(task)]) if not file.extension]
    items = [Item(file.name, name_in_zip(task, rendition, file)) for file in files if has_beats or not file.of_beats]
    seconds = treated_length(unheard(dict(stems_of(task))).samples, rendition.effect) / SAMPLE_RATE
    song = tempo_map(task.analysis, rendition.effect.tempo)
    return project(items, seconds, song, markers_of(task.analysis, rendition.effect.tempo))


def label_of(analysis: Analysis | None, rendition: Rendition) -> str:
    """Key and tempo as far as they are known: `8A 124` for a DJ, `Am 124 BPM` for a DAW; empty for other contents."""
    if analysis is None or not isinstance(rendition.content, Deck | Session):
        return ""
    key = analysis.key.moved(rendition.effect.key) if analysis.key else None
    bpm = f"{analysis.bpm * rendition.effect.tempo / 100:.0f}" if analysis.bpm else ""
    if isinstance(rendition.content, Deck):
        return " ".join(part for part in (key.camelot if key else "", bpm) if part)
    return " ".join(part for part in (ascii_name(key_name(key)), f"{bpm} BPM" if bpm else "") if part)


def name_in_zip(task: RenderTask, rendition: Rendition, file: ContentFile) -> str:
    """The name of a file in an archive. In a session it has no title: its project names the others."""
    extension = extension_of(rendition.name_of(file))
    label = label_of(task.analysis, rendition)
    if not isinstance(rendition.content, Session):
        name = file_name(task.tags, file.heard)
    elif file.extension == "rpp":
        name = track_name(task.tags, label)
    else:
        name = f"{file.heard} - {label}" if label else file.heard
    return f"{name}.{extension}"
