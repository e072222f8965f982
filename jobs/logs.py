"""Logging for every process: one line per event to stderr, and no secret in any of them."""

import logging
import re
import sys

from jobs.settings import Settings

#: A Telegram token wherever it stands, also one that is not ours: it is part of every Bot API URL.
TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
#: User and password in any URL.
CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")


def without_secrets(text: str) -> str:
    """`text` with tokens and passwords replaced by stars."""
    return CREDENTIALS.sub("***", TOKEN.sub("***", text))


class _Discreet(logging.Formatter):
    """Formats the whole record, traceback included, then takes the secrets out."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def set_up_logging(settings: Settings) -> None:
    """Send all logging to stderr. Called once by each process's entry point."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # httpx logs full URLs at INFO, and the bot's token is part of them.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
