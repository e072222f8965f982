"""Progress on standard error: a live bar on a terminal, else plain lines."""

from contextlib import AbstractContextManager
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column

from bot import texts
from bot.cards.models import fetching_model, rendering, separating
from bot.terminal.fit import fit_line
from bot.texts import figures
from jobs.filenames import one_line
from jobs.models import Upload
from jobs.progress import Progress, RequestPhase, TrackStage, View
from jobs.results import Called

LINE_EVERY = 0.25  # fraction of a stage between two plain lines
NARROW = 100  # columns below which the bar is short
SHORT_BAR, LONG_BAR = 12, 24  # cells
LONGEST_NAME = 300  # characters of a title in a plain line


class Show(AbstractContextManager["Show"]):
    """Shows one request at a time on standard error. `quiet`: errors only. `plain`: lines also on a terminal, since
    other programs write there too."""

    def __init__(self, language: str, *, quiet: bool = False, plain: bool = False) -> None:
        self._language = language
        self._console = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._live = self._console.is_terminal and not plain and not quiet
        self._bar_width = SHORT_BAR if self._console.width < NARROW else LONG_BAR
        self._bar = Bar(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            BarColumn(bar_width=self._bar_width, table_column=Column(min_width=self._bar_width)),
            TextColumn("{task.fields[rest]}", markup=False, table_column=Column(no_wrap=True)),
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
        """Print a line, also when quiet. Control characters, as names of files may have them, are left out."""
        self._console.print(one_line(sentence), markup=False, soft_wrap=True)

    def tell(self, sentence: str) -> None:
        """Print a line, unless quiet."""
        if not self._quiet:
            self.say(sentence)

    def view(self, name: str, view: View, place: str = "") -> None:
        """Show the progress of an open request; the caller prints its outcome. `place`: `2 of 12`, empty for one."""
        if self._quiet or view.phase not in (RequestPhase.RECEIVING, RequestPhase.WAITING):
            return
        progress = view.progress or Progress()
        fraction = progress.fraction
        called = view.called or Called(title="")
        name = one_line(progress.title or called.title or name)[:LONGEST_NAME]
        before = f"{place} · " if place else ""
        length = ""
        if called.seconds and progress.stage is TrackStage.QUEUED:
            length = f" ({figures.duration(called.seconds, self._language)})"
        after = f"{length}: {self._stage(view)}"
        if not self._live:
            step = "" if fraction is None else f" {int(fraction / LINE_EVERY) * LINE_EVERY:.0%}"
            line = f"{before}{name}{after}{step}"
            if line != self._said:
                self.say(line)
                self._said = line
            return
        rest = "" if fraction is None else f"{fraction:4.0%}"
        if progress.seconds_left is not None:
            wait = figures.wait(progress.seconds_left, self._language)
            rest += "  " + texts.say(self._language, "card-left", wait=wait)
        room = self._console.width - self._bar_width - cell_len(rest) - 2  # a space between columns
        self._bar.update(
            self._task,
            description=fit_line(before, name, after, room),
            completed=fraction or 0,
            total=None if fraction is None else 1.0,
            rest=rest,
            visible=True,
        )

    def _stage(self, view: View) -> str:
        progress = view.progress
        match view.phase:
            case RequestPhase.RECEIVING:
                return texts.say(self._language, "card-receiving")
            case RequestPhase.WAITING if progress is not None and progress.stage is not TrackStage.QUEUED:
                return self._at_work(view, progress)
            case _ if view.starts or not view.ahead:
                return texts.say(self._language, "card-starting")
            case _:
                return texts.say(self._language, "card-queued", ahead=view.ahead)

    def _at_work(self, view: View, progress: Progress) -> str:
        order = view.request.order
        match progress.stage:
            case TrackStage.FETCHING if isinstance(view.request.source, Upload):
                return texts.say(self._language, "card-reading")
            case TrackStage.SEPARATING if progress.note == "model":
                return fetching_model(progress, self._language)
            case TrackStage.SEPARATING:
                return separating(order.model, self._language)
            case TrackStage.RENDERING:
                return rendering(order, self._language)
            case _:
                return texts.say(self._language, "card-fetching")
