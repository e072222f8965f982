"""The Telegram front end. `run` is its process, `app.build` its map; nothing outside imports the rest."""

import os

from pydantic import SecretStr

from jobs.settings import Settings

# The library is moving its durations to `timedelta`, and warns at each of them unless told that we know.
os.environ.setdefault("PTB_TIMEDELTA", "1")


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `SettingsError` when the token is missing or refused. While Telegram is out of reach it tries for ever.
    """
    from bot.telegram import main  # late: a check of one setting must not wait for the whole library

    main.run(settings, redis_url)
