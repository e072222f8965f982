"""A child that follows a test's instructions: `python -m tests.worker.child_tasks`."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from pydantic import BaseModel

from jobs.failures import Reason, failed
from worker.child.child_side import Ahead, Report, serve
from worker.child.confinement import UNCONFINED, Confinement
from worker.child.messages import Step
from worker.child.tasks import Task


class Errand(Task):
    """The instruction. Some start other processes, or write to a given path."""

    do: str
    note: str = ""
    folder: Path | None = None  # the only one that it may write

    @property
    def confinement(self) -> Confinement | None:
        return UNCONFINED if self.folder is None else Confinement(write=(self.folder,))


class Answer(BaseModel):
    said: str


class Readiness(BaseModel):
    """The preparation before the task."""

    note: str = "ready"
    survives: bool = True


told: list[str] = []


def get_ready(wanted: Readiness) -> None:
    told.append(wanted.note)
    if not wanted.survives:
        os.kill(os.getpid(), signal.SIGKILL)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def work(errand: Errand, report: Report) -> Answer:  # noqa: PLR0912 - a list of instructions
    match errand.do:
        case "answer":
            print("a library prints this")  # noqa: T201
            os.write(1, b"and another writes this\n")
            for n in range(3):
                report(Step(fraction=n / 2))
            return Answer(said=os.environ.get(errand.note, "unknown"))
        case "write":
            Path(errand.note).write_text("made")
            return Answer(said="")
        case "tell":
            return Answer(said=" ".join(told))
        case "look":
            opened = [str(Path(f"/proc/self/fd/{number}").readlink()) for number in range(3, 64) if _is_open(number)]
            return Answer(said=f"{os.getppid()} {len(list(Path('/proc/self/task').iterdir()))} {opened}")
        case "fail":
            raise failed(Reason.TOO_LONG, seconds=3)
        case "bug":
            raise KeyError("oh")
        case "full":
            raise OSError(errno.ENOSPC, "full")
        case "memory":
            raise MemoryError
        case "memory of C++":
            raise RuntimeError("Exception from src/inference/src/cpp/core.cpp:97: std::bad_alloc")
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "told to end":
            os.kill(os.getpid(), signal.SIGTERM)
        case "abort":
            sys.stderr.write(errand.note)
            sys.stderr.flush()
            os.abort()
        case "spin":
            while True:
                pass
        case "eat":
            eaten = []
            while True:
                eaten.append(b"x" * 10_000_000)
                report(Step(alive=len(eaten)))
                time.sleep(0.02)
        case "have eaten":
            eater = "eaten = b'x' * 300_000_000; import time; time.sleep(600)"
            subprocess.Popen([sys.executable, "-c", eater])
            time.sleep(600)
        case "have eaten, by an orphan":
            eater = "eaten = b'x' * 300_000_000; import time; time.sleep(600)"
            subprocess.run(["/bin/sh", "-c", '"$0" -c "$1" &', sys.executable, eater], check=True)
            time.sleep(600)
        case "threads":
            for _ in range(int(errand.note)):
                threading.Thread(target=time.sleep, args=[600], daemon=True).start()
            time.sleep(600)
        case "flood":
            while True:
                os.write(3, errand.note.encode() * 1000)
        case "say":
            os.write(3, errand.note.encode())
            time.sleep(600)
        case "gulp":
            gulp = bytearray(4_000_000_000)
            return Answer(said=str(len(gulp)))
        case "close and go on":
            os.close(1)
            os.close(3)
            time.sleep(600)
        case "fill":
            assert errand.folder is not None
            for number in range(30):
                (errand.folder / str(number)).write_bytes(bytes(1_000_000))
            time.sleep(600)
        case "fill with removed files":
            assert errand.folder is not None
            for _ in range(30):
                file, name = tempfile.mkstemp(dir=errand.folder)
                os.write(file, bytes(1_000_000))
                Path(name).unlink()
            time.sleep(600)
        case "fill with many files":
            assert errand.folder is not None
            for number in range(12_000):
                (errand.folder / str(number)).touch()
            time.sleep(600)
        case "crash":
            print("last words", file=sys.stderr, flush=True)  # noqa: T201
            os.kill(os.getpid(), signal.SIGSEGV)
        case "leave somebody behind":
            other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
            Path(errand.note).write_text(str(other.pid))
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            Path(errand.note).write_text(f"{os.getpid()} {grandchild.pid}")
            report(Step(alive=1))
            time.sleep(600)
    raise AssertionError(f"nobody gets here: {errand}")


if __name__ == "__main__":
    serve(Errand, work, Ahead(Readiness, get_ready))
