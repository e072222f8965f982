"""What a person at a terminal sees while a song is in work: a live bar, or plain lines where nobody looks."""

from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bot import texts
from jobs.models import Phase, Stage, View

LINE_EVERY = 0.25  # of a stage: how often a plain line says how far it is


class Show(AbstractContextManager["Show"]):
    """Shows one request at a time on standard error."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._console = Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._bar = Progress(
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
        self._bar.stop()

    def say(self, sentence: str) -> None:
        """One line that stays."""
        self._console.print(sentence, markup=False, soft_wrap=True)

    def view(self, name: str, view: View) -> None:
        """The request as it stands."""
        progress = view.progress
        fraction = progress.fraction if progress else None
        name = (progress and progress.title) or name
        stage = self._stage(view)
        rest = ""
        if fraction is not None:
            rest = f"{fraction:4.0%}"
            if progress is not None and progress.seconds_left is not None:
                rest += "  " + texts.say(
                    self._language, "terminal-left", time=texts.wait(progress.seconds_left, self._language)
                )
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
        if view.phase is not Phase.WAITING:
            return texts.say(self._language, f"terminal-{view.phase}")
        if view.progress is None:
            return texts.say(self._language, "terminal-queued", ahead=view.ahead or 0)
        if view.progress.note == "model" and view.progress.stage is Stage.SEPARATING:
            return texts.say(self._language, "terminal-model")
        return texts.say(self._language, f"terminal-{view.progress.stage}")
