"""What every room's tests need: a real Valkey, and settings that touch nothing of the person running them."""

import fcntl
import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr

from jobs.process.valkey import private_valkey
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.discretion import Discretion

# python-telegram-bot warns of its old way to tell times as numbers; this chooses the coming one.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# A busy machine is no failure: no example has a deadline.
hypothesis_settings.register_profile("fl-bt", deadline=None)
hypothesis_settings.load_profile("fl-bt")

HERE = Path(__file__).parent

#: Not part of a run that names no folder or file: `make faults`, `make oracle`, `make arm` and `make browser` run them.
APART = ("arm", "browser", "faults", "oracle")


def pytest_configure(config: pytest.Config) -> None:
    discretion = Discretion()
    discretion.start()
    config.pluginmanager.register(discretion, "discretion")
    if getattr(config.option, "cov_source", None):
        # Python 3.11 cannot trace two threads that begin at the same moment: it loses one, and our pools have more.
        lost = "ignore:(?s).*Cannot install a trace function:pytest.PytestUnraisableExceptionWarning"
        config.addinivalue_line("filterwarnings", lost)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Folders run in several processes, since much of it is waiting; files and tests that are named run in one.

    So does what is to be seen as it is printed (`-s`), and what is measured (`--cov`), since the measuring has begun
    before anybody asks us. `-n` says otherwise, as ever; so does `-p no:xdist`.
    """
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    alone = config.option.usepdb or config.option.capture == "no" or getattr(config.option, "cov_source", None)
    if not alone and config.option.numprocesses is None and all(Path(argument).is_dir() for argument in config.args):
        config.option.numprocesses = min((os.cpu_count() or 1) + 2, 8)
        config.option.dist = "worksteal"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave `APART` out of a run that names nothing. Asked in every process of a run: each collects by itself."""
    apart = [name for name in APART if not (name == "faults" and _wants_faults(config))]
    is_apart = collection_path.name in apart and collection_path.parent == HERE
    return True if _names_nothing(config) and is_apart else None


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.path.is_relative_to(HERE / "faults"):
        item.add_marker("faults")


def _names_nothing(config: pytest.Config) -> bool:
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS


def _wants_faults(config: pytest.Config) -> bool:
    return bool(config.option.markexpr)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run that names nothing has no faults: `make faults` runs them.

    Long tests come first, so that the processes of a run end together; breaking things comes last.
    """
    if _names_nothing(config) and not _wants_faults(config):
        faults = [item for item in items if item.get_closest_marker("faults") is not None]
        config.hook.pytest_deselected(items=faults)
        items[:] = [item for item in items if item not in faults]
    items.sort(key=lambda item: (item.get_closest_marker("faults") is not None, not item.get_closest_marker("whole")))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Where several processes run tests, a test of faults has the machine to itself.

    Waiting here, outside of everything else, is not part of any test's time.
    """
    if not hasattr(item.config, "workerinput"):
        return (yield)
    alone = item.get_closest_marker("faults") is not None
    with (Path(item.config.option.basetemp).parent / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        return (yield)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[SecretStr]:
    with private_valkey() as url:
        yield url


@pytest.fixture
async def queue(valkey_server: SecretStr) -> AsyncIterator[JobQueue]:
    """A queue on an empty, real Valkey."""
    queue = JobQueue.at(valkey_server)
    await queue.redis.flushall()
    yield queue
    await queue.close()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")
