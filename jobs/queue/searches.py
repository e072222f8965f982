"""Searches of YouTube by the worker, for people who have words and no link.

    await ask_search(queue, words, chat)  # once or often
    while (found := await hits(queue, words)) is None: ...

What a search found is kept for ten minutes under a digest of its words, for all who search for the same; a failure only
until it is read. The words themselves are the argument of the job, and stored nowhere else. Askers are not stored.
"""

import secrets

from arq.connections import ArqRedis
from pydantic import TypeAdapter

from jobs.parsing import parse_stored
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.queue.turns import enqueue_in_turn
from jobs.youtube import Hits, SearchWords, search_id

#: The arq function: it takes the words.
SEARCH_FUNCTION = "search"
#: Seconds after which an answer is overdue, and the question may be asked again.
OVERDUE = 60
#: Seconds that hits are kept, and a failure until it is read.
KEEP = 600
KEEP_FAILED = 30

_words: TypeAdapter[str] = TypeAdapter(SearchWords)


async def ask_search(queue: JobQueue, words: str, chat: str = "", person: str = "", *, anew: bool = False) -> bool:
    """Lets a worker search, in the turn of `chat` and `person`. False when it is done or being done.

    `anew`: a failure that is kept does not count. Raises `ValueError` for no words, or too many.
    """
    words = _words.validate_python(words)
    redis, id_ = queue.redis, search_id(words)
    found = await hits(queue, words)
    if found is not None and not (anew and found.failure):
        return False
    if found is not None:
        await redis.delete(keys.search(id_))
    if not await redis.set(keys.search_asked(id_), "", ex=OVERDUE, nx=True):
        return False
    if await redis.exists(keys.search(id_)):  # answered since the look above
        await redis.delete(keys.search_asked(id_))
        return False
    # A new id for every attempt: arq remembers jobs that a killed worker had begun.
    job = f"search.{id_}.{secrets.token_hex(4)}"
    await enqueue_in_turn(redis, Lane.QUICK, job, SEARCH_FUNCTION, words, chat=chat, person=person, expires=OVERDUE)
    return True


async def hits(queue: JobQueue, words: str) -> Hits | None:
    """What the search for `words` found; None until it is done."""
    return parse_stored(Hits, await queue.redis.get(keys.search(search_id(words))))


async def keep_hits(redis: ArqRedis, found: Hits) -> None:
    """Stores hits for `hits`: the worker's side."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(keys.search(found.id), found.model_dump_json(), ex=KEEP_FAILED if found.failure else KEEP)
        pipe.delete(keys.search_asked(found.id))
        await pipe.execute()
