"""A private Valkey for one machine, on a Unix socket of this user: no port, no password.

It runs under a small guard process that reads a pipe from us. When we end, also by `kill -9`, the pipe closes, and the
guard shuts the server down and removes its temporary folder.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from jobs.process.valkey_guard import READY, end_orphan


@contextmanager
def private_valkey(folder: Path | None = None) -> Iterator[SecretStr]:
    """Runs a Valkey server while the context lasts; yields its address.

    With `folder` it keeps its data there in an append-only file, written within a second of each change and at the end;
    without, in memory only. Raises `RuntimeError` with a sentence when it does not start or the folder is in use.
    """
    guard = subprocess.Popen(
        [sys.executable, "-P", "-m", "jobs.process.valkey_guard", *([str(folder)] if folder else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches only us; the server ends last
        # Neither guard nor server needs our secrets, and other processes can read their memory: see `close_memory`.
        env={name: value for name, value in os.environ.items() if not name.startswith("FLBT_")},
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    word = rest = ""
    try:
        word, _, rest = guard.stdout.readline().strip().partition(" ")
        if word != READY:
            raise RuntimeError(f"The private Valkey did not start: {word} {rest}".strip())
        yield SecretStr(f"unix://{quote(rest)}")
    finally:
        guard.stdin.close()
        if guard.wait() != 0 and word == READY:  # the guard was killed, and its server still runs
            end_orphan(Path(rest))
            if folder is None:
                shutil.rmtree(Path(rest).parent, ignore_errors=True)
        guard.stdout.close()
