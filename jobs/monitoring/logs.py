"""Logging for every process: one line per event to stderr, without secrets.

An event has fields: `log.info("request %s: accepted", request.id, extra=about(track=…, chat=…))`. As text, the fields
follow as `key=value`; as JSON (FLBT_LOG_FORMAT), each is a member, and so are the ids that a message begins with. The
same names everywhere: `request`, `track`, `playlist`, `stage`, `reason`, `seconds`.

Titles and errors are untrusted text: control characters are escaped, so that no text can begin a line or colour a
terminal, and long texts are cut. Only a traceback takes several lines; all are indented.
"""

import logging
import re
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from jobs.monitoring.redaction import keep_secret, printable, printable_json, shortened, without_secrets
from jobs.sentinels import is_sentinel, passwords_of
from jobs.settings import Settings

_SUBJECT: Final = re.compile(r"(request|track|playlist) ([0-9A-Za-z_-]{8,64}): ")
_ABOUT: Final = "about"
#: Characters of one text in an event, after secrets are removed; the longest of ours are tracebacks.
LONGEST: Final = 16_000
_INDENT: Final = "    "


def secrets_of(settings: Settings) -> set[str]:
    """Tokens and passwords in the settings, in any spelling that a text may have."""
    found = {token.get_secret_value() for token in (settings.telegram_token, settings.discord_token) if token}
    for url in (settings.youtube_proxy, settings.redis_url):
        found |= _passwords(url.get_secret_value()) if url else set()
    return found


def _passwords(url: str) -> set[str]:
    if is_sentinel(url):
        return passwords_of(url)
    password = urlsplit(url).password
    return {password, unquote(password)} if password else set()


def about(**fields: object) -> dict[str, dict[str, object]]:
    """An event's fields, as the `extra` of a logging call. Empty ones are left out."""
    return {_ABOUT: {name: value for name, value in fields.items() if value not in ("", None)}}


class Discreet(logging.Formatter):
    """One line of text per event, without secrets; a traceback follows on indented lines."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        fields = "".join(f" {name}={_word(value)}" for name, value in _about(record).items())
        return _clean(super().formatMessage(record) + fields)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        return _indented(stack_info)

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler's cached traceback is not indented and has secrets
        line = super().format(record)
        record.exc_text = None
        return line


class DiscreetJson(logging.Formatter):
    """One JSON object per event: time, level, logger, message, and fields."""

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
        clean = {name: _cut(str(value)) if _is_text(value) else value for name, value in event.items()}
        return printable_json(clean)


def set_up_logging(settings: Settings) -> None:
    """Sends all logging, and uncaught exceptions, to stderr. Called once by each process's entry point."""
    keep_secret(secrets_of(settings))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetJson() if settings.log_format == "json" else Discreet())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # httpx logs full URLs at INFO, and the bot's token is part of them.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.log_level == "INFO":  # what the chat libraries tell there is about themselves
        for name in ("telegram", "discord"):
            logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _last_words


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Logs an uncaught exception, which Python would print with secrets."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("fl-bt").critical("unhandled exception", exc_info=(kind, error, trace))


def _about(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, _ABOUT, {})
    return fields if isinstance(fields, dict) else {}


def _cut(text: str) -> str:
    """`text` without secrets, then cut: half a secret would not be recognised."""
    return shortened(without_secrets(text), LONGEST)


def _clean(text: str) -> str:
    return printable(_cut(text))


def _indented(traceback: str) -> str:
    return "\n".join(_INDENT + printable(line) for line in _cut(traceback).splitlines())


def _is_text(value: object) -> bool:
    return not isinstance(value, int | float)


def _word(value: object) -> str:
    """A value as text, in quotes if it has spaces."""
    text = (
        f"{value:g}" if isinstance(value, float) else _cut(str(value))
    )  # before quotes change the spelling of a secret
    return printable_json(text) if re.search(r'[\s"=]', text) or not text else text
