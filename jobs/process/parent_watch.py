"""Ends a process with its starter. The process reads a pipe from the starter, which the starter's death closes."""

import os
import signal
import threading
import time

GOODBYE = 5  # seconds: the queue may have ended with the starter, and waiting for it could take longer


def stop_with_parent() -> None:
    """Sends this process a SIGTERM when standard input ends, from now on, and exits it `GOODBYE` seconds later."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not through `sys.stdin`: the reading thread would hold its lock, which the interpreter needs to shut down.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GOODBYE)
    os._exit(1)
