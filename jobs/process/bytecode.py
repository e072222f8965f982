"""A cache of bytecode of our own, where the environment forbids Python to write it beside the sources.

With PYTHONDONTWRITEBYTECODE, and without bytecode from the installation, every process would compile all libraries at
its every start, which takes longer than separating a short song.
"""

import os
import shutil
import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from jobs.process.privacy import be_private, is_private_folder

FORBIDS: Final = "PYTHONDONTWRITEBYTECODE"
PLACE: Final = "PYTHONPYCACHEPREFIX"
#: Compiled beside their sources, they show that an installation has bytecode: a library, and our code.
SAMPLES: Final = ("pydantic.main", "jobs.settings")


def use_own_cache() -> Path | None:
    """Lets this process and its children keep bytecode in this user's cache folder, if they could not keep it at all.

    Returns the folder; None where Python may write, where the installation has bytecode, or where there is no folder
    that only this user can write: bytecode is code.
    """
    if not sys.dont_write_bytecode or sys.pycache_prefix or all(map(_is_compiled, SAMPLES)):
        return None
    try:
        folder = user_cache_path("fl-bt", appauthor=False) / "bytecode"
        before = be_private()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        finally:
            os.umask(before)
        if not is_private_folder(folder) or not os.access(folder, os.W_OK):
            return None
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    os.environ.pop(FORBIDS, None)
    os.environ[PLACE] = sys.pycache_prefix = str(folder)
    sys.dont_write_bytecode = False
    return folder


def is_damage(error: BaseException) -> bool:
    """Whether `error` is of a file of bytecode that Python could not read."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_code.co_name == "_compile_bytecode"


def start_again_without(cache: Path) -> None:
    """Removes the cache, and replaces this process by one that does the same."""
    shutil.rmtree(cache, ignore_errors=True)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell


def _is_compiled(name: str) -> bool:
    spec = find_spec(name)
    return spec is None or spec.origin is None or Path(cache_from_source(spec.origin)).exists()
