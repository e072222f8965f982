"""`fl-bt find`: asks the worker to search, and prints the hits. Hits go to stdout, everything else to stderr."""

import asyncio
from pathlib import Path
from typing import Final

import click
from redis.exceptions import RedisError

from bot import texts
from bot.terminal.run import LANGUAGE
from bot.terminal.services import WORKER_LOG, Services, last_line, services, unless_stopped
from bot.texts import figures
from jobs.failures import Failure, Reason
from jobs.filenames import one_line
from jobs.models import YouTube
from jobs.process.privacy import close_to_others
from jobs.process.supervise import MISCONFIGURED, Misconfigured
from jobs.queue.searches import ask_search, hits
from jobs.settings import IN_DATA, Settings
from jobs.youtube import LONGEST_SEARCH, Hit, Hits, search_id

LONGEST: Final = 90.0  # seconds to wait for a worker's answer
LOOK: Final = 0.1  # seconds between two looks for it


class WordsError(Exception):
    """The words cannot be searched for. Its text is a sentence for the person."""


def searchable(words: str) -> str:
    """The words on one line. Raises `WordsError` for none, and for too many."""
    words = one_line(words)
    if not any(sign.isalnum() for sign in words) or len(words) > LONGEST_SEARCH:
        raise WordsError(texts.say(LANGUAGE, "terminal-search-how", limit=LONGEST_SEARCH))
    return words


async def find(settings: Settings, words: str, scratch: Path, *, verbose: bool) -> int:
    """Search, and print what can be separated. Returns the exit code: 0 only if there is a hit.

    `scratch` is a folder for the log of the worker that this run starts.
    """
    close_to_others(settings.data, IN_DATA)
    try:
        async with services(settings, scratch, verbose=verbose) as started:
            return await unless_stopped(_find(settings, words, started), started.keepers)
    except Misconfigured:
        return _end(MISCONFIGURED, last_line(scratch / WORKER_LOG))
    except RedisError as error:
        advice = "" if settings.redis_url is None else " Start Redis, or correct FLBT_REDIS_URL."
        return _end(1, f"The queue is out of reach: {error}{advice}")
    except RuntimeError as error:  # the private queue did not start
        return _end(1, str(error))


async def _find(settings: Settings, words: str, started: Services) -> int:
    found = await _hits(words, started)
    if found.failure is not None:
        return _end(1, texts.say(LANGUAGE, "terminal-search-failed", reason=found.failure.reason))
    fitting = [hit for hit in found.hits if hit.reason is None and (hit.called.seconds or 0) <= settings.max_seconds]
    for hit in fitting:
        click.echo(_line(hit))
    return 0 if fitting else _end(1, texts.say(LANGUAGE, "terminal-search-none"))


async def _hits(words: str, started: Services) -> Hits:
    """The worker's answer, or the failure that there is none."""
    await ask_search(started.queue, words, anew=True)
    try:
        async with asyncio.timeout(LONGEST):
            while (found := await hits(started.queue, words)) is None:
                await asyncio.sleep(LOOK)
                await ask_search(started.queue, words)  # repeats an overdue request
    except TimeoutError:
        return Hits(id=search_id(words), failure=Failure(reason=Reason.TIMED_OUT, detail="no worker answered"))
    return found


def _line(hit: Hit) -> str:
    """Link, length, title and channel, with tabs between them."""
    length = figures.duration(hit.called.seconds, LANGUAGE) if hit.called.seconds else "?"
    return "\t".join((YouTube(video_id=hit.video_id).url, length, hit.title, hit.channel))


def _end(code: int, sentence: str) -> int:
    click.echo(sentence, err=True)
    return code
