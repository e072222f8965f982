"""Ends a command that cannot go on, with a sentence on standard error and an exit code."""

import sys
from typing import NoReturn

import click
from pydantic import SecretStr

from jobs.process.supervise import MISCONFIGURED
from jobs.settings import Settings


def give_up(sentence: str, code: int = MISCONFIGURED) -> NoReturn:
    """Exits with `code`. The default means that a restart will not help."""
    click.echo(sentence, err=True)
    sys.exit(code)


def queue_of(settings: Settings) -> SecretStr:
    """The address of the queue. Exits when none is set."""
    if settings.redis_url is None:
        give_up("FLBT_REDIS_URL is not set: say where the queue is, or use `fl-bt up`, which brings its own.")
    return settings.redis_url
