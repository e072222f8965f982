"""Takes a search from the queue and publishes what it found, or the failure."""

import logging

from arq.connections import ArqRedis
from pydantic import ValidationError

from jobs.failures import Failure, Reason
from jobs.queue.searches import keep_hits
from jobs.settings import Settings
from jobs.youtube import Hits, search_id
from worker.asking import ask
from worker.child.tasks import SearchTask

log = logging.getLogger(__name__)

DEADLINE = 20.0  # seconds; people wait for the answer, and renderings queue behind it


async def take_search(redis: ArqRedis, settings: Settings, words: str) -> None:
    """Searches for `words` and stores the hits or the failure. Raises nothing but `RedisError`.

    The log has the id of the search, never its words.
    """
    id_ = search_id(words)
    found = await _search(settings, words, id_)
    if found.failure is None:
        log.info("search %s: %d hits", id_, len(found.hits))
    else:
        log.warning("search %s: failed: %s: %s", id_, found.failure.reason, found.failure.detail)
    await keep_hits(redis, found)


async def _search(settings: Settings, words: str, id_: str) -> Hits:
    try:
        task = SearchTask(words=words, proxy=settings.youtube_proxy)
    except ValidationError:  # of a bot with another limit; the exception's text has the words
        return Hits(id=id_, failure=Failure(reason=Reason.INTERNAL, detail="words that cannot be searched for"))
    found = await ask("worker.sources.youtube.searching", task, Hits, DEADLINE, settings.memory_mb)
    if isinstance(found, Failure):
        return Hits(id=id_, failure=found)
    # Under the id that was asked for: a child must not answer for another search.
    return found.model_copy(update={"id": id_})
