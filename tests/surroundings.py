"""What a person's shell sets and tests would notice: made the same everywhere, before anything is started."""

import os
import signal
from collections.abc import MutableMapping
from typing import Final

#: Programs draw, or break lines, by these.
LOOKS: Final = (
    "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE",
)  # fmt: skip
LOCAL: Final = "127.0.0.1,localhost"
UMASK: Final = 0o022  # tests about another one set it


def make_alike(environment: MutableMapping[str, str] = os.environ) -> None:
    """Neither colours nor a width, no proxy before servers of our own, the common umask, and Ctrl-C that is heard."""
    for name in LOOKS:
        environment.pop(name, None)
    for name in ("NO_PROXY", "no_proxy"):
        environment[name] = ",".join(filter(None, [environment.get(name, ""), LOCAL]))
    os.umask(UMASK)
    # Shells start what runs in the background deaf to it, and all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
