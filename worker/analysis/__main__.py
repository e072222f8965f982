"""The child that analyses a song: `python -m worker.analysis`."""

import os
from collections.abc import Iterator
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.music.analysis import Analysis
from jobs.music.stems import Stem
from worker.analysis.analyse import analyse
from worker.analysis.listening import Block, listen
from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import AnalysisTask
from worker.rendering.mixing import blocks_of

LATER = 15  # added to the niceness of children: songs and mixes come first


def run(task: AnalysisTask, report: Report) -> Analysis:
    """Analyses the stems of a song. Raises `Failed` INTERNAL for a stem that is missing or damaged."""
    os.nice(LATER)
    paths: dict[Stem, Path] = {file.stem: task.stems_dir / file.name for file in task.stems if file.stem is not None}
    if not paths:
        raise failed(Reason.INTERNAL, "a track without stems")

    def blocks() -> Iterator[tuple[Block, ...]]:
        for number, (fraction, one_each) in enumerate(blocks_of([*paths.values()])):
            report(Step(fraction=fraction, alive=number))
            yield one_each

    return analyse(listen([*paths], blocks()))


if __name__ == "__main__":
    serve(AnalysisTask, run)
