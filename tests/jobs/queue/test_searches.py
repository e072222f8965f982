"""Requesting a search, on a real Valkey: once for all askers, and again when the answer is overdue."""

import pytest
from pydantic import ValidationError

from jobs.failures import Failure, Reason
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.listings import ask_listing
from jobs.queue.requests import JobQueue
from jobs.queue.searches import KEEP, KEEP_FAILED, OVERDUE, ask_search, hits, keep_hits
from jobs.results import Called
from jobs.youtube import LONGEST_SEARCH, Hit, Hits, search_id

WORDS = "elis tom águas de março"
ID = search_id(WORDS)
FOUND = Hits(id=ID, hits=(Hit(video_id="dQw4w9WgXcQ", title="One", channel="Band", called=Called(title="One")),))


async def queued(queue: JobQueue) -> list[bytes]:
    return list(await queue.redis.zrange(keys.queue(Lane.QUICK), 0, -1))


async def test_asked_once_for_all_who_search_for_the_same(queue: JobQueue) -> None:
    assert await ask_search(queue, WORDS, "telegram:1")
    assert not await ask_search(queue, f"  {WORDS.title()}\n", "telegram:2"), "case and spaces do not matter"
    assert await ask_search(queue, f"{WORDS} ao vivo", "telegram:2")
    assert len(await queued(queue)) == 2
    assert await hits(queue, WORDS) is None
    assert 0 < await queue.redis.ttl(keys.search_asked(ID)) <= OVERDUE

    await keep_hits(queue.redis, FOUND)
    assert await hits(queue, WORDS.upper()) == FOUND
    assert not await ask_search(queue, WORDS, "telegram:2"), "kept for a while"
    assert not await ask_search(queue, WORDS, "telegram:2", anew=True), "there is nothing to try again"
    assert KEEP - 5 < await queue.redis.ttl(keys.search(ID)) <= KEEP


async def test_an_overdue_answer_is_asked_for_again(queue: JobQueue) -> None:
    await ask_search(queue, WORDS)
    await queue.redis.delete(keys.search_asked(ID))  # expires
    assert await ask_search(queue, WORDS)
    assert len(set(await queued(queue))) == 2


async def test_a_failure_is_kept_until_it_is_read_or_tried_again(queue: JobQueue) -> None:
    failed = Hits(id=ID, failure=Failure(reason=Reason.NETWORK))
    await ask_search(queue, WORDS)
    await keep_hits(queue.redis, failed)
    assert await hits(queue, WORDS) == failed
    assert 0 < await queue.redis.ttl(keys.search(ID)) <= KEEP_FAILED
    assert not await ask_search(queue, WORDS)
    assert await ask_search(queue, WORDS, anew=True)
    assert await hits(queue, WORDS) is None, "the old failure is not the answer"


async def test_searches_take_turns_with_the_rest_of_their_lane(queue: JobQueue) -> None:
    """A person with many searches does not delay another person's playlist."""
    for number in range(3):
        await ask_search(queue, f"song {number}", "telegram:eager", "telegram:eager")
    await ask_listing(queue, "PLBB231211A4F62143", "telegram:late")
    assert (await queued(queue))[1].startswith(b"listing.")


@pytest.mark.parametrize("words", ["", " \n ", "\u202e\x00", "a" * (LONGEST_SEARCH + 1)])
async def test_no_words_and_too_many_are_refused(queue: JobQueue, words: str) -> None:
    with pytest.raises(ValidationError):
        await ask_search(queue, words)
    assert await queued(queue) == []


async def test_the_words_are_in_no_key_and_no_name_of_a_job(queue: JobQueue) -> None:
    words = "a/../../etc; $(rm -rf ~)"
    assert await ask_search(queue, words)
    (job,) = await queued(queue)
    assert job.split(b".")[:2] == [b"search", search_id(words).encode()]


async def test_hits_of_an_earlier_version_are_read(queue: JobQueue) -> None:
    await queue.redis.set(keys.search(ID), FOUND.model_dump_json()[:-1] + ',"total":3}')
    assert await hits(queue, WORDS) == FOUND
