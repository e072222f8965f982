"""Nothing that any test, or any process it starts, writes, logs, says or is called with has a secret in it.

Tests use a few secrets only, listed here. While they run, this hears whatever could carry one to where it does not
belong: log records as the product writes them; standard output and error of tests and of every process started; the
command lines of those and of their children; what the bot sends. A test that lets one slip fails, or the next one, or
the whole session; the message says where it slipped, and not what.
"""

import asyncio.base_subprocess
import asyncio.subprocess
import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from jobs.monitoring.logs import Discreet, DiscreetJson

#: What it is → what must be heard nowhere. The bot's token is the small Bot API server's; every password and every
#: cookie of tests has the second one in it.
SECRETS: Final = {"the bot's token": "AAtest-token-of-the-small-bot-api-server", "a password or cookie": "s3cret"}

#: Of what a stream said last, how much is kept to find what comes in two pieces.
OVERLAP: Final = 100
LOOK: Final = 0.2  # seconds between two looks at the command lines of all that runs

_PEERS: Final = ("aiohttp.",)  # servers of tests, which log every address they are asked for
_QUIET: Final = ("httpx", "httpcore")  # as `set_up_logging` has it
_ROOMS: Final = ("bot", "jobs", "worker")

#: What the bot sends, and whatever else a test's own servers hear. Set by the plugin.
_ears: list["Discretion"] = []


def hear(where: str, what: object) -> None:
    """For servers of tests: record that they received `what`."""
    for ear in _ears:
        ear.hear(where, str(what))


class _Listener(logging.Handler):
    """Hears records as the product's own handler would write them."""

    def __init__(self, discretion: "Discretion") -> None:
        super().__init__(logging.NOTSET)
        self._discretion = discretion
        self._formatters = (Discreet(), DiscreetJson())

    def emit(self, record: logging.LogRecord) -> None:
        peer = record.name.startswith(_PEERS)
        if peer or (record.name.startswith(_QUIET) and record.levelno < logging.WARNING):
            return
        for formatter in self._formatters:
            self._discretion.hear(f"a log line of {record.name}", formatter.format(record))


class Discretion:
    """A pytest plugin. `secrets`: what each is → the words that must not be heard."""

    def __init__(self, secrets: Mapping[str, str] = SECRETS) -> None:
        self._secrets = secrets
        self._found: list[str] = []
        self._last: dict[object, str] = defaultdict(str)  # by stream: how it ended so far
        self._over = threading.Event()

    def hear(self, where: str, text: str, stream: object = None) -> None:
        """Listen for secrets. `stream`: what the text goes on with, if it comes in pieces."""
        whole = self._last[stream] + text if stream is not None else text
        if stream is not None:
            self._last[stream] = whole[-OVERLAP:]
        for what, words in self._secrets.items():
            if words in whole and words not in whole[: len(whole) - len(text)]:
                self._found.append(f"{what} was heard in {where}")

    def _take(self) -> list[str]:
        found, self._found = self._found, []
        return sorted(set(found))

    # --- the session ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        _ears.append(self)
        self._listener = _Listener(self)
        logging.getLogger().addHandler(self._listener)
        for room in _ROOMS:
            logging.getLogger(room).setLevel(logging.INFO)
        sys.addaudithook(self._audit)
        self._listen_to_pipes()
        if "PYTEST_XDIST_WORKER" not in os.environ:  # whose family is their controller's, which looks after all
            threading.Thread(target=self._watch, daemon=True, name="discretion").start()

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen" and not self._over.is_set():
            self.hear("the command line of a process", " ".join(map(os.fsdecode, arguments[1])))

    def _listen_to_pipes(self) -> None:
        """Processes whose output a test, or the product, reads."""
        discretion = self
        received = asyncio.subprocess.SubprocessStreamProtocol.pipe_data_received
        communicate = subprocess.Popen.communicate

        def hear_piece(self: asyncio.subprocess.SubprocessStreamProtocol, fd: int, data: bytes | str) -> None:
            text = data.decode(errors="replace") if isinstance(data, bytes) else data
            discretion.hear(f"the output of a process (stream {fd})", text, (id(self), fd))
            received(self, fd, data)

        def hear_all(self: "subprocess.Popen[Any]", *arguments: Any, **more: Any) -> Any:
            said = communicate(self, *arguments, **more)
            for one in said:
                text = one.decode(errors="replace") if isinstance(one, bytes) else one
                discretion.hear("the output of a process", text or "")
            return said

        asyncio.subprocess.SubprocessStreamProtocol.pipe_data_received = hear_piece  # type: ignore[method-assign]
        subprocess.Popen.communicate = hear_all  # type: ignore[method-assign]

    def _watch(self) -> None:
        """Look at the command lines of everything that runs under us, again and again."""
        while not self._over.wait(LOOK):
            family = [os.getpid()]
            for pid in family:  # which grows meanwhile
                with contextlib.suppress(OSError):  # a file may vanish during the walk
                    for listed in Path("/proc", str(pid), "task").glob("*/children"):
                        with contextlib.suppress(OSError):
                            family += [int(child) for child in listed.read_text().split()]
            for pid in family[1:]:
                with contextlib.suppress(OSError):
                    line = Path("/proc", str(pid), "cmdline").read_bytes().decode(errors="replace")
                    self.hear("the command line of a process", line.replace("\0", " "))

    # --- hooks ---------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        result = yield
        if found := self._take():
            pytest.fail("; ".join(found), pytrace=False)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What pytest caught of this process's own streams, and of those of processes that share them."""
        for name, text in report.sections:
            if name.startswith(("Captured stdout", "Captured stderr")):
                self.hear(f"{name.removeprefix('Captured ').split()[0]} during {report.nodeid}", text)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._over.set()
        logging.getLogger().removeHandler(self._listener)
        _ears.remove(self)
        if self._found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for found in self._take():
            terminalreporter.write_line(f"DISCRETION: {found}", red=True)
