"""The real decoder on many files: libraries are loaded once, then one fork for each file.

A fork does the work of the children for fetching and separating with an upload, up to the network's input. The result
has the outcome, the end, the duration and the memory of each fork.
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import numpy as np

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import Upload, Value
from worker.child.child_side import Report, serve
from worker.child.confinement import Confinement
from worker.child.tasks import FetchTask, Task
from worker.sources.__main__ import fetch


class Files(Task):
    """Files to decode. `seconds`: the limit for one file."""

    paths: tuple[Path, ...]
    max_seconds: float
    seconds: int

    @property
    def confinement(self) -> Confinement | None:
        return Confinement(
            read=tuple({path.parent for path in self.paths}), write=(Path(gettempdir()),), processes=True
        )


class Fate(Value):
    """The result for one file: `samples` of stereo sound, or a failure, or a process that died by `signal`."""

    samples: int = 0
    loudest: float = 0.0  # the largest magnitude
    failure: Failure | None = None
    signal: int = 0
    took: float = 0.0  # seconds
    peak_mb: float = 0.0


class Fates(Value):
    fates: tuple[Fate, ...]
    before_mb: float  # memory of a fork before it opens a file


def work(files: Files, report: Report) -> Fates:
    from worker.audio import reading

    assert reading
    before = held_mb()
    with TemporaryDirectory() as folder:
        fates = tuple(fork(path, files, Path(folder), _decode) for path in files.paths)
    return Fates(fates=fates, before_mb=before)


def held_mb() -> float:
    """The memory of this process in MB. Not the peak: on Linux that includes the memory before the fork."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / (1 << 20)


def fork(path: Path, files: Files, folder: Path, look: Callable[[Path, float, Path], Fate]) -> Fate:
    """The result of `look` for one file, called in a fork with the longest song in seconds, and a folder of its own."""
    began, said = time.monotonic(), folder / "fate"
    said.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        signal.alarm(files.seconds)
        try:
            said.write_text(look(path, files.max_seconds, folder).model_dump_json())
        except BaseException as error:
            print(path.name, repr(error), file=sys.stderr)  # noqa: T201 - the last words of a child without an outcome
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(pid, 0)
    fate = Fate.model_validate_json(said.read_text()) if said.exists() else Fate(signal=-1)
    if os.WIFSIGNALED(status):
        fate = Fate(signal=os.WTERMSIG(status))
    return fate.model_copy(update={"took": time.monotonic() - began, "peak_mb": usage.ru_maxrss / 1024})


def _decode(path: Path, max_seconds: float, folder: Path) -> Fate:
    from worker.audio.reading import open_song

    try:
        source = Upload(upload_id="broken", name=path.name)
        fetched = fetch(FetchTask(source=source, output=folder, inbox=path, max_seconds=max_seconds), lambda _: None)
        samples, loudest = 0, 0.0
        with open_song(fetched.audio) as song:
            for block in song.blocks():
                assert block.shape[1:] == (2,)
                assert block.dtype == np.float32
                assert np.isfinite(block).all(), "not a number, or no sound"
                loudest = max(loudest, float(np.abs(block).max(initial=0)))
                samples += len(block)
                if samples > max_seconds * 44100:
                    raise failed(Reason.TOO_LONG)
        if samples == 0:
            raise failed(Reason.EMPTY)
    except Failed as known:
        return Fate(failure=known.failure)
    except MemoryError:
        return Fate(failure=Failure(reason=Reason.OUT_OF_MEMORY))
    return Fate(samples=samples, loudest=loudest)


if __name__ == "__main__":
    serve(Files, work)
