"""`python -m bench.mutants`: small faults, put into a copy of the code one after the other; do the tests notice?

Each module is tried with the quick tests that are about it, until the first one fails. What survives is printed, to be
looked at: docs/mutations.md says what was found. Tools that exist run everything in one process; ours start others,
which have to see the fault as well, so it is written to a copy of the tree that all of them import.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import psutil

from bench.faults import mutants

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
NETWORKS: Final = "tests/worker/separation/test_network.py"
FETCHED: Final = "tests/worker/separation/test_weights.py tests/worker/separation/test_wheel.py"

#: The tests that are about a module, quick ones first.
TESTS: Final = {
    "jobs/connection.py": f"tests/jobs/test_connection.py {QUEUE}",
    "jobs/desk.py": f"{QUEUE} {FIGURES} tests/worker/test_cleanup.py",
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
    "jobs/turns.py": QUEUE,
    "jobs/youtube.py": (
        "tests/jobs/test_providers.py tests/worker/sources/test_providers.py tests/jobs/test_listings.py"
        " tests/worker/sources/test_listing.py"
    ),
    "bot/links.py": "tests/bot/test_links.py",
    "bot/delivery.py": "tests/bot/test_delivery.py tests/bot/test_fitting.py",
    "bot/fitting.py": "tests/bot/test_fitting.py tests/bot/test_delivery.py",
    "worker/separation/__init__.py": "tests/worker/separation/test_separate.py tests/worker/test_child.py",
    "worker/separation/compiled.py": f"{NETWORKS} tests/worker/separation/test_phases.py",
    "worker/separation/early.py": "tests/worker/separation/test_early.py",
    "worker/separation/engine.py": SONGS,
    "worker/separation/fourier.py": f"tests/worker/separation/test_fourier.py {SPECTRA}",
    "worker/separation/graph.py": NETWORKS,
    "worker/separation/kept.py": f"tests/worker/separation/test_kept.py {NETWORKS}",
    "worker/separation/lock.py": "tests/worker/separation/test_lock.py",
    "worker/separation/memory.py": "tests/worker/separation/test_memory.py",
    "worker/separation/network.py": NETWORKS,
    "worker/separation/own.py": f"{NETWORKS} {SONGS}",
    "worker/separation/pages.py": "tests/worker/separation/test_pages.py",
    "worker/separation/phases.py": "tests/worker/separation/test_phases.py",
    "worker/separation/seal.py": "tests/worker/separation/test_seal.py",
    "worker/separation/spectrogram.py": SPECTRA,
    "worker/separation/stems.py": "tests/worker/separation/test_stems.py",
    "worker/separation/stream.py": f"{SPECTRA} tests/worker/separation/test_parity.py",
    "worker/separation/taken.py": f"tests/worker/separation/test_unet.py {NETWORKS}",
    "worker/separation/weights.py": FETCHED,
    "worker/separation/wheel.py": FETCHED,
}
#: What takes too long for hundreds of turns: the reference package, processes that are killed, long songs.
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
