"""`python -m bench.mutants`: puts small faults into a copy of the code, one at a time, and runs the tests on each.

Each module is tested with the tests that import it, its own test file first, until the first test fails. Faults that no
test notices are printed: docs/mutations.md lists the findings. Existing mutation tools run everything in one process;
our tests start other processes, which must have the fault too, so the fault is written to a copy of the tree that all
of them import.
"""

import ast
import contextlib
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import psutil

from bench.faults import mutants

ROOT: Final = Path(__file__).parent.parent
#: Seconds, or five times the duration without a fault: a fault that makes the tests hang is noticed.
LONGEST: Final = 40.0
#: Test files for one module: further ones rarely test it.
MOST_FILES: Final = 6

#: Tests that take too long for hundreds of runs: the reference package, processes that are killed, long songs.
LEFT_OUT: Final = (
    "not reference_packages and not two_engines and not networks_are_found and not child_that_is_killed "
    "and not address_space and not segment_that_fails and not phones_home and not too_long and not kill_9 "
    "and not any_number_of_threads and not every_network_of"
)


@click.command(help=__doc__)
@click.option("--sample", type=int, default=0, help="Try so many of each module only, chosen by --seed. 0: all.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--like", default="", help="Try only those whose line, as it is printed, contains this.")
@click.option("--minutes", type=float, default=1e9, help="Start nothing new after so long.")
@click.argument("modules", nargs=-1)
def main(sample: int, seed: int, like: str, minutes: float, modules: tuple[str, ...]) -> None:
    ends = time.monotonic() + minutes * 60
    killed = tried = 0
    with TemporaryDirectory(prefix="fl-bt-mutants-") as folder:
        copy = Path(folder)
        _copy_to(copy)
        for module in modules or _modules():
            tests = tests_of(module)
            if not tests:
                print(f"{module}: no test imports it", flush=True)
                continue
            every = [each for each in mutants(module, copy) if like in str(each)]
            chance = random.Random(f"{seed} {module}")
            chosen = chance.sample(every, min(sample or len(every), len(every)))
            noticed = 0
            began = time.monotonic()
            original = (copy / module).read_text(encoding="utf-8")
            if not _passes(copy, tests, 600.0):
                print(f"{module}: its tests fail without any fault", flush=True)
                continue
            longest = max(LONGEST, 5 * (time.monotonic() - began))
            left = []
            for mutant in sorted(chosen, key=lambda each: each.line):
                if time.monotonic() > ends:
                    break
                (copy / module).write_text(mutant.source, encoding="utf-8")
                tried += 1
                if _passes(copy, tests, longest):
                    left.append(mutant)
                else:
                    noticed += 1
            (copy / module).write_text(original, encoding="utf-8")
            killed += noticed
            print(
                f"{module}: {noticed} of {noticed + len(left)} noticed, of {len(every)} there are; "
                f"{time.monotonic() - began:.0f} s", flush=True,
            )  # fmt: skip
            for mutant in left:
                print(f"  {mutant}", flush=True)
    print(f"in all {killed} of {tried}")


def tests_of(module: str) -> list[str]:
    """The test files that import `module` (a path such as `jobs/queue/tracks.py`): its own file first, then the others
    by the number of lines, since a short file is usually a quick one. Tests of faults are too slow and left out.
    Scripts for Redis are tried with the tests of the queue.
    """
    path = Path(module)
    if path.suffix == ".lua":
        return [str(test.relative_to(ROOT)) for test in sorted((ROOT / "tests/jobs/queue").glob("test_*.py"))]
    name = ".".join((path.parent if path.name == "__init__.py" else path.with_suffix("")).parts)
    own = ROOT / "tests" / path.parent / f"test_{path.name}"
    found = [test for test in ROOT.glob("tests/**/test_*.py") if "faults" not in test.parts and name in _imports(test)]
    found.sort(key=lambda test: (test != own, len(test.read_bytes())))
    return [str(test.relative_to(ROOT)) for test in found[:MOST_FILES]]


@cache
def _imports(test: Path) -> frozenset[str]:
    """Every module that a test file may import: `from a.b import c` names `a.b` and, if it is a module, `a.b.c`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset(names)


def _modules() -> list[str]:
    """Every module of the product that a test imports."""
    paths = [path.relative_to(ROOT) for room in ("bot", "jobs", "worker") for path in (ROOT / room).rglob("*.*")]
    paths = [path for path in paths if path.suffix in {".py", ".lua"}]
    return [str(path) for path in sorted(paths) if tests_of(str(path))]


def _copy_to(copy: Path) -> None:
    """Copies the last commit's tree, without uncommitted work."""
    archive = copy / "tree.tar"
    subprocess.run(["git", "archive", "--output", str(archive), "HEAD"], cwd=ROOT, check=True)
    with tarfile.open(archive) as tree:
        tree.extractall(copy, filter="data")
    archive.unlink()


def _passes(copy: Path, tests: Sequence[str], longest: float) -> bool:
    """Whether `tests` pass in the copy within `longest` seconds. Ends all of their processes."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(copy), "PYTHONPYCACHEPREFIX": str(copy / "bytecode")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-k", LEFT_OUT,
         *tests],
        cwd=copy, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return process.wait(longest) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _end_all_of(copy)


def _end_all_of(copy: Path) -> None:
    """Ends processes that a fault left running, also in other sessions; their copy of the code identifies them."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PYTHONPATH") == str(copy):
                process.kill()


if __name__ == "__main__":
    main()
