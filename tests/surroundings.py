"""What a person's shell sets and tests would notice: made the same everywhere, before anything is started."""

import os
import signal
from collections.abc import MutableMapping
from typing import Final

#: Programs draw, or break lines, by these.
LOOKS: Final = (
    "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE",
)  # fmt: skip
#: Settings that say where the person keeps weights; tests are told all others.
WEIGHTS: Final = ("FLBT_DATA", "FLBT_MODELS")
LOCAL: Final = "127.0.0.1,localhost"
UMASK: Final = 0o022  # tests about another one set it


def make_alike(environment: MutableMapping[str, str] = os.environ) -> None:
    """No settings, colours or width; no proxy before servers of our own; the common umask; and Ctrl-C that is heard."""
    settings = [name for name in environment if name.startswith("FLBT_") and name not in WEIGHTS]
    for name in (*LOOKS, *settings):
        environment.pop(name, None)
    for name in ("NO_PROXY", "no_proxy"):
        environment[name] = ",".join(filter(None, [environment.get(name, ""), LOCAL]))
    os.umask(UMASK)
    # Shells start background processes with SIGINT ignored, which their children inherit.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
