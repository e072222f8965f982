"""A process that must not outlive its starter holds one end of a pipe from it: the starter's death closes the pipe."""

import os
import signal
import threading


def stop_with_starter() -> None:
    """From now on, when standard input ends, this process gets a SIGTERM, as if its starter had stopped it."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not through `sys.stdin`, whose lock a waiting thread would hold when the interpreter wants to shut down.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
