"""The children that fetch, list and search, for many tasks at once: libraries are loaded once, then one fork for each.

A fork does the work of the real child, in a process of its own with fresh state of the libraries; only the loading is
not repeated.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from jobs.failures import Failed
from jobs.models import Value
from jobs.youtube import Hits, Listing, Provider
from worker.child.child_side import Report, serve
from worker.child.confinement import Confinement
from worker.child.messages import Event
from worker.child.tasks import Fetched, FetchTask, ListingTask, SearchTask, Task
from worker.sources.__main__ import fetch

AT_ONCE = 3

Asking = FetchTask | ListingTask | SearchTask


class Batch(Task):
    """Tasks. `impatient`: waits of half a minute take a second or two."""

    fetch: tuple[FetchTask, ...] = ()
    listing: tuple[ListingTask, ...] = ()
    search: tuple[SearchTask, ...] = ()
    impatient: bool = False

    @property
    def confinement(self) -> Confinement | None:
        """The union of all tasks' confinements, with processes."""
        each = [task.confinement or Confinement() for task in (*self.fetch, *self.listing, *self.search)]
        return Confinement(
            read=tuple(path for one in each for path in one.read),
            write=(Path(gettempdir()), *(path for one in each for path in one.write)),
            ports=tuple(port for one in each for port in one.ports),
            programs=tuple(path for one in each for path in one.programs),
            processes=True,
        )


class Outcomes(Value):
    """The outcome of each task, in order, first the fetching ones."""

    events: tuple[Event, ...]


def work(batch: Batch, report: Report) -> Outcomes:
    from worker.sources.youtube import arrival, site

    tasks: list[Asking] = [*batch.fetch, *batch.listing, *batch.search]
    for task in tasks:
        for name in _needs(task):
            import_module(name)

    if batch.impatient:
        site.SOCKET_SECONDS = 0.7  # type: ignore[misc]  # constants elsewhere
        site.PATIENCE = 2.0  # type: ignore[misc]
        arrival.COVER_SECONDS = 0.5  # type: ignore[misc]
    with TemporaryDirectory() as folder:
        return Outcomes(events=_fork_for_each(tasks, Path(folder)))


def _fork_for_each(tasks: Sequence[Asking], folder: Path) -> tuple[Event, ...]:
    running = 0
    for number, task in enumerate(tasks):
        if running == AT_ONCE:
            os.wait()
            running -= 1
        if os.fork() == 0:
            (folder / str(number)).write_text(_end_of(task).model_dump_json())
            os._exit(0)
        running += 1
    for _ in range(running):
        os.wait()
    return tuple(Event.model_validate_json((folder / str(number)).read_text()) for number in range(len(tasks)))


def _needs(task: Asking) -> tuple[str, ...]:
    if isinstance(task, ListingTask):
        return ("worker.sources.youtube.listing",)
    if isinstance(task, SearchTask):
        return ("worker.sources.youtube.searching",)
    provider = "pytubefix" if task.provider is Provider.PYTUBEFIX else "ytdlp"
    return f"worker.sources.youtube.{provider}", "worker.audio.reading"


def _end_of(task: Asking) -> Event:
    try:
        return Event(result=_do(task).model_dump_json())
    except Failed as failed:
        return Event(failure=failed.failure)
    except BaseException as error:
        print(repr(error), file=sys.stderr)  # noqa: T201 - the error of a child without an outcome
        os._exit(1)


def _do(task: Asking) -> Fetched | Listing | Hits:
    if isinstance(task, FetchTask):
        return fetch(task, _ignore)
    if isinstance(task, SearchTask):
        from worker.sources.youtube.searching import search

        return search(task, _ignore)
    from worker.sources.youtube.listing import list_playlist  # imported here: fetching does not need it

    return list_playlist(task, _ignore)


def _ignore(step: object) -> None:
    """Discards the steps of a fork."""


if __name__ == "__main__":
    serve(Batch, work)
