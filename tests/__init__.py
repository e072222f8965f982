"""Mirrors the rooms; `peers/` holds the servers we test against."""

import os
import sys
from pathlib import Path

from tests.surroundings import make_alike

make_alike()

# Tests start hundreds of processes. Where Python is told to keep no bytecode, each would compile every library anew,
# which is more than half of all the work; so it is kept out of the way, beside what pytest keeps. Here, since this is
# read before any library that tests need.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(
        Path(__file__).parents[1] / ".pytest_cache" / "bytecode"
    )
    sys.dont_write_bytecode = False
