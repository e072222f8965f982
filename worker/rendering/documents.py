"""Writes the files of a rendition that are no sound: charts and MIDI."""

from pathlib import Path

from jobs.models import Chart, Rendition
from worker.charts.chart import chart_of
from worker.charts.chart_picture import draw_chart
from worker.charts.chordpro import chordpro
from worker.charts.midi import write_notes
from worker.child.tasks import RenderTask


def write_document(task: RenderTask, rendition: Rendition, path: Path) -> None:
    """Writes one file. Raises `Failed` NO_CHORDS and NO_NOTES where the song's analysis has none."""
    path.parent.mkdir(exist_ok=True)
    if not isinstance(rendition.content, Chart):
        write_notes(task.analysis, rendition.effect, task.tags.title, path)
        return
    chart = chart_of(task.analysis, rendition.effect)
    if path.suffix == ".png":
        draw_chart(chart, task.tags, path)
    else:
        path.write_text(chordpro(chart, task.tags), encoding="utf-8")
