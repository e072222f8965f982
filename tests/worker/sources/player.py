"""A downloader that runs a player's script in Node, as pytubefix does: `python -m tests.worker.sources.player`.

`bound`: with the product's sandbox; otherwise with the library alone.
"""

from jobs.models import Value, YouTube
from worker.child.child_side import Report, serve
from worker.child.confinement import UNCONFINED, Confinement
from worker.child.tasks import FetchTask, Task
from worker.sources.script import bind_programs


class Play(Task):
    """Run `code`, and return the result of its function `loot`."""

    code: str
    task: FetchTask
    bound: bool = True

    @property
    def confinement(self) -> Confinement | None:
        return self.task.confinement if self.bound else UNCONFINED


class Said(Value):
    said: str


def work(play: Play, report: Report) -> Said:
    assert isinstance(play.task.source, YouTube)
    if play.bound:
        bind_programs()
    from pytubefix.sig_nsig.node_runner import NodeRunner  # imported as late as in the product

    runner = NodeRunner(play.code)
    runner.load_function("loot")
    said = runner.call([])
    runner.close()
    return Said(said=str(said))


if __name__ == "__main__":
    serve(Play, work)
