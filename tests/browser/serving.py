"""`fl-bt up` with the page alone, as people run it, and a cable to it that can be cut."""

import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.peers.youtube import YouTubeStandIn
from tests.ports import free_port

PATIENCE = 120  # seconds; a machine may be busy with other things


@dataclass(frozen=True)
class Served:
    """A running server with its worker and queue. `youtube`: where its links lead."""

    port: int
    data: Path
    youtube: YouTubeStandIn

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tracks(self) -> Path:
        """Where finished songs lie."""
        return self.data / "store" / "tracks"


@contextmanager
def serving(folder: Path, models: Path) -> Iterator[Served]:
    """Runs until the context ends; then it has to stop in good order."""
    port, data, log = free_port(), folder / "data", folder / "log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    with YouTubeStandIn() as youtube, log.open("wb") as written:
        environment = {
            **kept,
            **youtube.environment,
            "FLBT_DATA": str(data),
            "FLBT_MODELS": str(models),
            "FLBT_WEB_PORT": str(port),
        }
        command = [sys.executable, "-P", "-m", "bot", "up"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=written, stdout=written)
        try:
            for told in (r"worker \S+ is ready", "the page is at"):
                _until(told, log)
            yield Served(port, data, youtube)
            process.terminate()
            assert process.wait(PATIENCE) == 0, log.read_text("utf-8")[-4000:]
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


def _until(told: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while re.search(told, log.read_text("utf-8")) is None:
        assert time.monotonic() < end, log.read_text("utf-8")[-4000:]
        time.sleep(0.1)


class Cable:
    """A way to a server that breaks. `url`: its near end.

    `cut` breaks every connection, and new ones until `mend`. `cut_after`: the same, once so many bytes went to the
    server over one connection. `freeze`: the connections of this moment carry nothing more, and no end is told, as when
    a phone sleeps.
    """

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=32)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._frozen: set[socket.socket] = set()
        self._limit: int | None = None
        self.is_cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> None:
        with self._lock:
            self.is_cut.set()
            for one in self._open:
                _reset(one)
            self._open.clear()

    def cut_after(self, bytes_: int) -> None:
        self._limit = bytes_

    def mend(self) -> None:
        self._limit = None
        self.is_cut.clear()

    def freeze(self) -> None:
        with self._lock:
            self._frozen |= self._open

    def close(self) -> None:
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self.is_cut.is_set():
                    _reset(near)
                    continue
                far = socket.create_connection(self._to)
                with self._lock:
                    self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other, one is near), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, is_up: bool) -> None:
        carried = 0
        with suppress(OSError):
            while block := one.recv(1 << 16):
                if one in self._frozen:
                    continue
                carried += len(block)
                if is_up and self._limit is not None and carried > self._limit:
                    self.cut()
                    return
                other.sendall(block)
        if one not in self._frozen:
            with suppress(OSError):
                other.shutdown(socket.SHUT_WR)


def _reset(one: socket.socket) -> None:
    """Ends a connection at once, also for a thread that reads it."""
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RDWR)
    one.close()
