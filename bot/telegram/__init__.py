"""The Telegram front end. `run` is its process, `app.build` assembles it; other packages import only `run`."""

import os

from pydantic import SecretStr

from jobs.process.collector import importing
from jobs.settings import Settings

# The library is moving its durations to `timedelta`; this variable opts in and silences its warnings.
os.environ.setdefault("PTB_TIMEDELTA", "1")


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `SettingsError` if the token is missing or refused. Retries without end while Telegram is unreachable.
    """
    with importing():
        from bot.telegram import main  # late: checking a setting must not import the whole library

    main.run(settings, redis_url)
