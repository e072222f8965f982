"""Progress on standard error: a live bar on a terminal, else plain lines."""

from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from bot import texts
from bot.cards.models import separating
from bot.texts import figures
from jobs.models import Upload
from jobs.progress import Progress, RequestPhase, TrackStage, View
from jobs.results import Called

LINE_EVERY = 0.25  # fraction of a stage between two plain lines


class Show(AbstractContextManager["Show"]):
    """Shows one request at a time on standard error."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._console = Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[rest]}", markup=False),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, visible=False, rest="")
        self._said = ""

    def __enter__(self) -> "Show":
        if self._live:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bar.stop()

    def say(self, sentence: str) -> None:
        """Print a line."""
        self._console.print(sentence, markup=False, soft_wrap=True)

    def view(self, name: str, view: View) -> None:
        """Show the progress of an open request; the caller prints its outcome."""
        if view.phase not in (RequestPhase.RECEIVING, RequestPhase.WAITING):
            return
        progress = view.progress or Progress()
        fraction = progress.fraction
        called = view.called or Called(title="")
        name = progress.title or called.title or name
        if called.seconds and progress.stage is TrackStage.QUEUED:
            name = f"{name} ({figures.duration(called.seconds, self._language)})"
        stage = self._stage(view)
        rest = "" if fraction is None else f"{fraction:4.0%}"
        if progress.seconds_left is not None:
            wait = figures.wait(progress.seconds_left, self._language)
            rest += "  " + texts.say(self._language, "card-left", wait=wait)
        if self._live:
            total = None if fraction is None else 1.0
            self._bar.update(
                self._task,
                description=f"{name}: {stage}",
                completed=fraction or 0,
                total=total,
                rest=rest,
                visible=True,
            )
            return
        step = "" if fraction is None else f" {int(fraction / LINE_EVERY) * LINE_EVERY:.0%}"
        line = f"{name}: {stage}{step}"
        if line != self._said:
            self.say(line)
            self._said = line

    def _stage(self, view: View) -> str:
        progress = view.progress
        match view.phase:
            case RequestPhase.RECEIVING:
                return texts.say(self._language, "card-receiving")
            case RequestPhase.WAITING if progress is not None and progress.stage is not TrackStage.QUEUED:
                return self._at_work(view, progress)
            case _:
                return texts.say(self._language, "card-queued", ahead=view.ahead or 0)

    def _at_work(self, view: View, progress: Progress) -> str:
        order = view.request.order
        match progress.stage:
            case TrackStage.FETCHING if isinstance(view.request.source, Upload):
                return texts.say(self._language, "card-reading")
            case TrackStage.SEPARATING if progress.note == "model":
                return texts.say(self._language, "card-model")
            case TrackStage.SEPARATING:
                return separating(order.model, self._language)
            case TrackStage.RENDERING:
                return texts.say(self._language, "card-rendering", format=order.format.label)
            case _:
                return texts.say(self._language, "card-fetching")
