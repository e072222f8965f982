"""`python -m bench.mutants`: small faults, put into a copy of the code one after the other; do the tests notice?

Each module is tried with the quick tests that are about it, until the first one fails. What survives is printed, to be
looked at: docs/mutations.md says what was found. Tools that exist run everything in one process; ours start others,
which have to see the fault as well, so it is written to a copy of the tree that all of them import.
"""

import ast
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import psutil

ROOT: Final = Path(__file__).parent.parent
#: Seconds, or five times what the tests take without a fault: one that makes them hang is noticed.
LONGEST: Final = 40.0

QUEUE: Final = (
    "tests/jobs/test_queue.py tests/jobs/test_looks.py tests/jobs/test_desk.py tests/jobs/test_turns.py"
    " tests/jobs/test_minutes.py tests/jobs/test_listings.py"
)
FIGURES: Final = "tests/jobs/test_metrics.py"
#: What front ends remember of chats and people.
REMEMBERED: Final = (
    "tests/bot/test_people.py tests/bot/test_wishes.py tests/bot/test_picking.py tests/worker/test_titles.py"
)
SPECTRA: Final = "tests/worker/separation/test_spectrogram.py"
SONGS: Final = "tests/worker/separation/test_separate.py tests/worker/separation/test_stems.py"
FETCHED: Final = "tests/worker/separation/test_weights.py tests/worker/separation/test_wheel.py"

#: The tests that are about a module, quick ones first.
TESTS: Final = {
    "jobs/connection.py": f"tests/jobs/test_connection.py {QUEUE}",
    "jobs/desk.py": QUEUE,
    "jobs/embedded.py": "tests/jobs/test_embedded.py",
    "jobs/ends.py": "tests/jobs/test_ends.py",
    "jobs/exposed.py": FIGURES,
    "jobs/failures.py": "tests/bot/test_texts.py tests/worker/test_child.py",
    "jobs/keys.py": f"tests/jobs/test_keys.py {QUEUE} {REMEMBERED}",
    "jobs/limits.py": QUEUE,
    "jobs/listings.py": "tests/jobs/test_listings.py tests/worker/test_listings.py",
    "jobs/lives.py": "tests/jobs/test_lives.py",
    "jobs/logs.py": "tests/jobs/test_logs.py tests/jobs/test_settings.py",
    "jobs/looking.py": f"{QUEUE} tests/worker/test_check.py tests/bot/test_check.py",
    "jobs/makers.py": "tests/jobs/test_makers.py tests/bot/telegram/test_repeats.py tests/bot/telegram/test_status.py",
    "jobs/metrics.py": FIGURES,
    "jobs/models.py": (
        "tests/jobs/test_names.py tests/bot/test_links.py tests/bot/test_delivery.py tests/jobs/test_store.py "
        f"tests/bot/test_mixes.py tests/bot/test_words.py {QUEUE}"
    ),
    "jobs/names.py": "tests/jobs/test_names.py",
    "jobs/notes.py": f"tests/bot/test_wishes.py {QUEUE}",
    "jobs/outcomes.py": (
        "tests/jobs/test_outcomes.py tests/bot/test_cards.py tests/bot/test_delivery.py tests/jobs/test_store.py "
        f"{QUEUE}"
    ),
    "jobs/providers.py": "tests/jobs/test_providers.py tests/worker/test_fetching.py",
    "jobs/queue.py": QUEUE,
    "jobs/scripts.py": f"{QUEUE} tests/bot/test_people.py tests/worker/test_titles.py",
    "jobs/settings.py": "tests/jobs/test_settings.py",
    "jobs/shelf.py": "tests/jobs/test_shelf.py",
    "jobs/store.py": "tests/jobs/test_store.py",
    "jobs/supervise.py": "tests/jobs/test_supervise.py",
    "jobs/tether.py": "tests/jobs/test_tether.py",
    "jobs/titles.py": "tests/worker/test_titles.py",
    "jobs/youtube.py": (
        "tests/jobs/test_providers.py tests/worker/sources/test_providers.py tests/jobs/test_listings.py"
        " tests/worker/sources/test_listing.py"
    ),
    "bot/links.py": "tests/bot/test_links.py",
    "bot/delivery.py": "tests/bot/test_delivery.py tests/bot/test_fitting.py",
    "bot/fitting.py": "tests/bot/test_fitting.py tests/bot/test_delivery.py",
    "worker/separation/__init__.py": "tests/worker/separation/test_separate.py tests/worker/test_child.py",
    "worker/separation/early.py": "tests/worker/separation/test_early.py",
    "worker/separation/engine.py": SONGS,
    "worker/separation/fourier.py": f"tests/worker/separation/test_fourier.py {SPECTRA}",
    "worker/separation/graph.py": "tests/worker/separation/test_network.py",
    "worker/separation/lock.py": "tests/worker/separation/test_lock.py",
    "worker/separation/memory.py": "tests/worker/separation/test_memory.py",
    "worker/separation/network.py": "tests/worker/separation/test_network.py",
    "worker/separation/pages.py": "tests/worker/separation/test_pages.py",
    "worker/separation/phases.py": "tests/worker/separation/test_phases.py",
    "worker/separation/seal.py": "tests/worker/separation/test_seal.py",
    "worker/separation/spectrogram.py": SPECTRA,
    "worker/separation/stems.py": "tests/worker/separation/test_stems.py",
    "worker/separation/stream.py": f"{SPECTRA} tests/worker/separation/test_parity.py",
    "worker/separation/weights.py": FETCHED,
    "worker/separation/wheel.py": FETCHED,
}
#: What takes too long for hundreds of turns: the reference package, processes that are killed, long songs.
LEFT_OUT: Final = (
    "not reference_packages and not two_engines and not networks_are_found and not child_that_is_killed "
    "and not address_space and not segment_that_fails and not phones_home and not too_long and not kill_9 "
    "and not any_number_of_threads and not every_network_of"
)

COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift,
}  # fmt: skip
LUA: Final = (
    (r"==", "~="), (r"~=", "=="), (r" < ", " <= "), (r" > ", " >= "), (r" <= ", " < "), (r" >= ", " > "),
    (r" and ", " or "), (r" or ", " and "), (r"\bnot ", ""), (r" \+ ", " - "), (r" - ", " + "),
    (r"\breturn 1\b", "return 0"), (r"\breturn 0\b", "return 1"), (r"^\s*redis\.call\(.*\)$", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault: the module with it, as text, and where and what it is."""

    module: str
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"


def mutants(module: str, root: Path = ROOT) -> Iterator[Mutant]:
    """Every fault that we know to make in a module, in the order of its lines."""
    source = (root / module).read_text(encoding="utf-8")
    count = len([*_places(ast.parse(source))])
    for number in range(count):
        tree = ast.parse(source)
        line, what = [*_places(tree)][number]()
        yield Mutant(module, line, what, ast.unparse(ast.fix_missing_locations(tree)))
    if "redis.call" in source:
        yield from _in_lua(module, source)


class Place:
    """A node and the change that can be made to it."""

    def __init__(self, node: ast.expr | ast.stmt, what: str, **change: object) -> None:
        self.node, self.what, self.change = node, what, change

    def __call__(self) -> tuple[int, str]:
        before = _first_line(self.node)
        for name, value in self.change.items():
            setattr(self.node, name, value)
        if self.what == "dropped":
            self.node.__class__ = ast.Pass
            return self.node.lineno, f"dropped: {before}"
        return self.node.lineno, f"{before}  →  {_first_line(ast.fix_missing_locations(self.node))}"


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _places(tree: ast.Module) -> Iterator[Place]:
    quiet = _not_code(tree)
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        match node:
            case ast.Compare(ops=[operator]) if type(operator) in COMPARED:
                yield Place(node, "", ops=[COMPARED[type(operator)]()])
            case ast.BoolOp(op=operator):
                yield Place(node, "", op=ast.And() if isinstance(operator, ast.Or) else ast.Or())
            case ast.UnaryOp(op=ast.Not()):
                yield Place(node, "", op=ast.UAdd(), operand=ast.Call(ast.Name("bool"), [node.operand], []))
            case ast.BinOp(op=operator) if type(operator) in COMPUTED:
                yield Place(node, "", op=COMPUTED[type(operator)]())
            case ast.Constant(value=bool() as value):
                yield Place(node, "", value=not value)
            case ast.Constant(value=int() | float() as number):
                yield Place(node, "", value=number + 1)
            case ast.If() | ast.While() | ast.IfExp():
                yield Place(node, "", test=ast.UnaryOp(ast.Not(), node.test))
            case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
                yield Place(node, "", value=ast.Constant(None))
            case ast.Expr(value=ast.Call() | ast.Await()):
                yield Place(node, "dropped")
            case ast.Continue() | ast.Break():
                yield Place(node, "dropped")


def _not_code(tree: ast.Module) -> set[int]:
    """Nodes whose change nobody could see: annotations, and what only reaches the log."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        notes: list[ast.AST | None] = []
        match node:
            case ast.arg() | ast.AnnAssign():
                notes = [node.annotation]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                notes = [node.returns]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log")))):
                notes = [node]
            case ast.Assign(targets=[ast.Name(id=name)]) if re.search(r"(Id|T|Count)$", name):
                notes = [node]
        for note in notes:
            if note is not None:
                quiet |= {id(each) for each in ast.walk(note)}
    return quiet


def _in_lua(module: str, source: str) -> Iterator[Mutant]:
    lines = source.splitlines()
    said = _docstrings(ast.parse(source))
    inside = False
    for number, line in enumerate(lines):
        opened = line.count('"""') % 2 == 1
        if inside and not opened and number + 1 not in said and not line.lstrip().startswith("--"):
            for pattern, instead in LUA:
                if re.search(pattern, line):
                    changed = re.sub(pattern, instead, line, count=1)
                    text = "\n".join([*lines[:number], changed, *lines[number + 1 :], ""])
                    yield Mutant(module, number + 1, f"{line.strip()}  →  {changed.strip()}", text)
        inside ^= opened


def _docstrings(tree: ast.Module) -> set[int]:
    """The lines of what is said of modules and functions."""
    said: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                said |= {*range(first.lineno, (first.end_lineno or first.lineno) + 1)}
    return said


@click.command(help=__doc__)
@click.option("--sample", type=int, default=0, help="Try so many of each module only, chosen by --seed. 0: all.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--like", default="", help="Try only those whose line, as it is printed, contains this.")
@click.option("--minutes", type=float, default=1e9, help="Start nothing new after so long.")
@click.argument("modules", nargs=-1, type=click.Choice(list(TESTS)))
def main(sample: int, seed: int, like: str, minutes: float, modules: tuple[str, ...]) -> None:
    ends = time.monotonic() + minutes * 60
    killed = tried = 0
    with TemporaryDirectory(prefix="fl-bt-mutants-") as folder:
        copy = Path(folder)
        _copy_to(copy)
        for module in modules or TESTS:
            every = [each for each in mutants(module, copy) if like in str(each)]
            chance = random.Random(f"{seed} {module}")
            chosen = chance.sample(every, min(sample or len(every), len(every)))
            noticed = 0
            began = time.monotonic()
            original = (copy / module).read_text(encoding="utf-8")
            if not _passes(copy, module, 600.0):
                print(f"{module}: its tests fail without any fault", flush=True)
                continue
            longest = max(LONGEST, 5 * (time.monotonic() - began))
            left = []
            for mutant in sorted(chosen, key=lambda each: each.line):
                if time.monotonic() > ends:
                    break
                (copy / module).write_text(mutant.source, encoding="utf-8")
                tried += 1
                if _passes(copy, module, longest):
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


def _copy_to(copy: Path) -> None:
    """The tree as it was last committed: what somebody is in the middle of is nobody's fault."""
    archive = copy / "tree.tar"
    subprocess.run(["git", "archive", "--output", str(archive), "HEAD"], cwd=ROOT, check=True)
    with tarfile.open(archive) as tree:
        tree.extractall(copy, filter="data")
    archive.unlink()


def _passes(copy: Path, module: str, longest: float) -> bool:
    """Whether the module's tests pass in the copy, within `longest` seconds. No process of theirs outlives them."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(copy), "PYTHONPYCACHEPREFIX": str(copy / "bytecode")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-k", LEFT_OUT,
         *TESTS[module].split()],
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
    """End what a fault let loose, sessions of their own included: it is known by its copy of the code."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PYTHONPATH") == str(copy):
                process.kill()


if __name__ == "__main__":
    main()
