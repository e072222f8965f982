"""Writes the bytecode of modules that children load: confined children cannot write it.

Without it each child compiles its libraries again, which takes seconds. `python -m worker.bytecode` imports all modules
of children. It reads no data, and its own walls let it write only the folders of bytecode.
"""

import contextlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import Final

import worker
from worker.child.confinement import Confinement
from worker.child.environment import environment_for

#: Imported first, since they take longest.
LIBRARIES: Final = ("numpy", "av", "PIL", "pydantic", "openvino", "pytubefix", "yt_dlp", "httpx")
OURS: Final = ("jobs", "worker", "flbt_unet")
NICENESS: Final = 15
CACHE: Final = "__pycache__"

_started: list[subprocess.Popen[bytes]] = []


def write_in_background() -> None:
    """Begins to write missing bytecode, if its folders are writable. Children do not wait for it."""
    if not sys.dont_write_bytecode and any(_can_be_kept(path) for path in missing()):
        walls = Confinement(write=tuple(caches()))
        _started.append(
            subprocess.Popen(
                [sys.executable, "-P", "-m", "worker.child.confined", walls.model_dump_json(), "worker.bytecode"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment_for(walls, os.environ),
            )
        )


def caches() -> list[Path]:
    """The folders for bytecode of our code, the libraries and their requirements; missing ones are made.

    Without Python's own modules, which its installers compile.
    """
    if sys.pycache_prefix:
        found = [Path(sys.pycache_prefix)]
    else:
        ours = [
            Path(place) for name in OURS if (spec := find_spec(name)) for place in spec.submodule_search_locations or ()
        ]
        folders = {path.parent for place in ours for path in place.rglob("*.py")}
        for installed in _distributions():
            files = [file for file in installed.files or () if file.suffix == ".py"]
            folders.update(Path(str(file.locate())).parent for file in files)
        found = [folder / CACHE for folder in sorted(folders)]
    for folder in found:
        with contextlib.suppress(OSError):  # not writable: its modules are compiled again each time
            folder.mkdir(parents=True, exist_ok=True)
    return [folder for folder in found if os.access(folder, os.W_OK)]


def _distributions() -> list[Distribution]:
    """The packages of the libraries and their installed requirements; of yt-dlp the optional ones, too."""
    packages = packages_distributions()
    names = [name for library in LIBRARIES for name in packages.get(library, ())]
    found: dict[str, Distribution] = {}
    for name in names:  # the loop extends it
        key = re.sub(r"[-_.]+", "-", name).lower()
        with contextlib.suppress(PackageNotFoundError):
            if key not in found:
                found[key] = distribution(name)
                needed = [line for line in found[key].requires or () if "extra ==" not in line or key == "yt-dlp"]
                names += [match[0] for line in needed if (match := re.match(r"[\w.-]+", line))]
    return list(found.values())


def missing() -> list[Path]:
    """Paths of missing bytecode of our modules and of the libraries' first modules."""
    sources = [spec.origin for name in (*LIBRARIES, *modules()) if (spec := find_spec(name)) and spec.origin]
    expected = [Path(cache_from_source(source)) for source in sources if source.endswith(".py")]
    return [path for path in expected if not path.exists()]


def modules() -> Iterator[str]:
    """Our modules without `__main__`s, which run on import."""
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
