"""The Discord front end. `run` is its process, `app.py` its map; nothing outside imports the rest."""

from pydantic import SecretStr

from jobs.process.collector import importing
from jobs.settings import Settings


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `SettingsError` when the token is missing or refused. While Discord is out of reach it tries for ever.
    """
    with importing():
        from bot.discord import main  # late: a check of one setting must not wait for the whole library

    main.run(settings, redis_url)
