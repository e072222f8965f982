"""The bytecode of what children load, written by a process that may: behind their walls, children cannot keep it.

Without it each child compiles its libraries anew, which takes seconds. `python -m worker.bytecode` loads everything
that children load, of which nothing is a stranger's.
"""

import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import Final

import worker
from worker.child.environment import environment_for

#: What is loaded first, and takes longest.
LIBRARIES: Final = ("numpy", "scipy", "av", "PIL", "pydantic", "openvino", "pytubefix", "yt_dlp")
NICENESS: Final = 15

_started: list[subprocess.Popen[bytes]] = []


def write_in_background() -> None:
    """Begin to write what is missing, if it can be kept; a child that comes before it is ready compiles for itself."""
    if not sys.dont_write_bytecode and any(_can_be_kept(path) for path in missing()):
        _started.append(
            subprocess.Popen(
                [sys.executable, "-P", "-m", "worker.bytecode"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment_for(None, os.environ),
            )
        )


def missing() -> list[Path]:
    """Where bytecode of ours, or of the libraries' first modules, is expected and is not."""
    sources = [spec.origin for name in (*LIBRARIES, *modules()) if (spec := find_spec(name)) and spec.origin]
    expected = [Path(cache_from_source(source)) for source in sources if source.endswith(".py")]
    return [path for path in expected if not path.exists()]


def modules() -> Iterator[str]:
    """Ours, but for those that begin to work when they are loaded."""
    for found in pkgutil.walk_packages(worker.__path__, "worker."):
        if not found.name.endswith("__main__"):
            yield found.name


def _can_be_kept(path: Path) -> bool:
    there = next(folder for folder in path.parents if folder.exists())
    return os.access(there, os.W_OK)


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    for name in (*LIBRARIES, *modules()):
        import_module(name)


if __name__ == "__main__":
    main()
