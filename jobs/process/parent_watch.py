"""A process that must not outlive its starter holds one end of a pipe from it: the starter's death closes the pipe."""

import os
import signal
import threading
import time

GOODBYE = 5  # seconds: the queue may have gone with the starter, and waiting for it could take longer


def stop_with_parent() -> None:
    """From now on, when standard input ends, this process gets a SIGTERM, as if its starter had stopped it.

    Nobody is left to insist, so it insists itself: `GOODBYE` seconds later the process is gone.
    """
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not through `sys.stdin`, whose lock a waiting thread would hold when the interpreter wants to shut down.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GOODBYE)
    os._exit(1)
