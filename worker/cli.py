"""The worker's command line, for `fl-bt`: front ends start it as a process and never import it."""

import asyncio
import logging
import socket

import click
from pydantic import SecretStr

from jobs.failures import Failed
from jobs.monitoring.logs import set_up_logging
from jobs.process.collector import importing
from jobs.process.exits import give_up, queue_of
from jobs.process.parent_watch import stop_with_parent
from jobs.process.privacy import be_private, close_memory
from jobs.progress import Lane
from jobs.queue import keys
from jobs.settings import Settings, SettingsError, load_settings
from worker.model_commands import models

log = logging.getLogger(__name__)

LOOKS = 3  # before a worker with a heartbeat counts as dead


@click.group()
def main() -> None:
    """The worker: separates the songs in the queue."""
    be_private()
    close_memory()


main.add_command(models)


@main.command()
@click.option("--tethered", is_flag=True, help="Stop when standard input ends.")
def run(tethered: bool) -> None:
    """Work until stopped by a signal."""
    with importing():
        from redis.exceptions import RedisError

        from worker.bytecode import write_in_background
        from worker.child.confinement.walls import support
        from worker.main import run as run_worker

    settings = _settings()
    redis_url = queue_of(settings)
    if tethered:
        stop_with_parent()
    set_up_logging(settings)
    for sentence in settings.ignored:
        log.warning(sentence)
    _check_cookies(settings)
    write_in_background()
    has = support()
    log.log(logging.INFO if all(has) else logging.WARNING, "children are %s", has.sentence)
    try:
        run_worker(settings, redis_url)
    except SettingsError as error:
        give_up(str(error))
    except RedisError as error:  # the supervisor starts the worker again
        give_up(f"The queue is out of reach: {error}", code=1)


@main.command()
def inspect() -> None:
    """Print what is installed here, as JSON: see `jobs.installation`."""
    from worker.inspection import inspect_installation

    click.echo(inspect_installation(_settings()).model_dump_json())


def _check_cookies(settings: Settings) -> None:
    """Checks the cookies file at the start, not when the first song needs it."""
    if settings.youtube_cookies is None:
        return
    from worker.sources.youtube.cookies import read_cookies

    try:
        read_cookies(settings.youtube_cookies)
    except Failed as wrong:
        give_up(f"{wrong.failure.detail}. See .env.example.")


@main.command()
def check() -> None:
    """Say whether the worker of this host, or this container, is alive, by the exit code, as `arq --check` does.

    0: its heart beats, and all its lanes look for work. 1: not so.
    """
    from redis.exceptions import RedisError

    try:
        alive = asyncio.run(_beats(queue_of(_settings())))
    except (RedisError, OSError) as error:
        give_up(f"no answer from the queue: {error}", code=1)
    if not alive:
        give_up("no heartbeat", code=1)


async def _beats(redis_url: SecretStr) -> bool:
    from jobs.queue.requests import JobQueue

    queue = JobQueue.at(redis_url)
    try:
        for _ in range(LOOKS):
            # A worker's name begins with its host and ends with its lane: see worker/main.py.
            workers = [name for name in await queue.workers() if name.startswith(f"{socket.gethostname()}-")]
            for worker in workers:
                name = worker.removesuffix(f"-{Lane.STUDIO}")
                lanes = [keys.health(f"{name}-{lane}") for lane in Lane]
                if await queue.redis.exists(*lanes) == len(lanes):
                    return True
            if not workers:
                return False
            await asyncio.sleep(1)  # arq's health key of a lane may expire for a moment before its renewal
        return False
    finally:
        await queue.close()


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        give_up(str(error))
