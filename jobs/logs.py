"""Logging for every process: one line per event to stderr, and no secret in any of them.

An event is about something: `log.info("request %s: accepted", request.id, extra=about(track=…, chat=…))`. As text, what
it is about follows as `key=value`; as JSON (FLBT_LOG_FORMAT), each is a field, and so are the ids that a message begins
with. The same names everywhere: `request`, `track`, `playlist`, `stage`, `reason`, `seconds`.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from jobs.settings import Settings

#: A Telegram token wherever it stands, also one that is not ours: it is part of every Bot API URL.
TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
#: User and password in any URL.
CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")

_SUBJECT: Final = re.compile(r"(request|track|playlist) ([0-9A-Za-z_-]{8,64}): ")
_ABOUT: Final = "about"


#: What is secret in this process's settings, however it is written. Shorter ones would be found in any text.
_own: list[str] = []
_SHORTEST: Final = 4


def without_secrets(text: str) -> str:
    """`text` with tokens and passwords replaced by stars: those that look like one, and those of our settings."""
    for secret in _own:
        text = text.replace(secret, "***")
    return CREDENTIALS.sub("***", TOKEN.sub("***", text))


def _secrets_of(settings: Settings) -> list[str]:
    """The longest first, since one may be part of another."""
    found = {settings.telegram_token.get_secret_value()} if settings.telegram_token else set()
    for url in (settings.youtube_proxy, settings.redis_url):
        password = urlsplit(url.get_secret_value()).password if url else None
        if password:
            found |= {password, unquote(password)}
    return sorted((secret for secret in found if len(secret) >= _SHORTEST), key=len, reverse=True)


def about(**fields: object) -> dict[str, dict[str, object]]:
    """What an event is about, as the `extra` of a logging call. What is empty is left out."""
    return {_ABOUT: {name: value for name, value in fields.items() if value not in ("", None)}}


class Discreet(logging.Formatter):
    """One line of text per event: the whole record, traceback included, without its secrets."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        fields = "".join(f" {name}={_word(value)}" for name, value in _about(record).items())
        return super().formatMessage(record) + fields

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class DiscreetJson(logging.Formatter):
    """One JSON object per event: time, level, logger, message, and what it is about."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        subject = _SUBJECT.match(message)
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message[subject.end() :] if subject else message,
        }
        if subject:
            event[subject[1]] = subject[2]
        event |= _about(record)
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        clean = {name: without_secrets(str(value)) if _is_text(value) else value for name, value in event.items()}
        return json.dumps(clean, ensure_ascii=False)


def set_up_logging(settings: Settings) -> None:
    """Send all logging to stderr, and there what ends the process too. Called once by each process's entry point."""
    _own[:] = _secrets_of(settings)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetJson() if settings.log_format == "json" else Discreet())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # httpx logs full URLs at INFO, and the bot's token is part of them.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _last_words


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught: Python would print it as it is."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("fl-bt").critical("ended by a bug, or by what nobody can mend", exc_info=(kind, error, trace))


def _about(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, _ABOUT, {})
    return fields if isinstance(fields, dict) else {}


def _is_text(value: object) -> bool:
    return not isinstance(value, int | float)


def _word(value: object) -> str:
    """A value without spaces; in quotes, where it has some."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) or not text else text
