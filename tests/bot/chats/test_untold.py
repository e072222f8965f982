"""Batches that are still to be told of."""

from bot.chats.untold import UntoldBatches
from jobs.queue.requests import JobQueue


async def test_what_was_added_while_it_was_told_is_told_next(queue: JobQueue) -> None:
    untold = UntoldBatches(queue.redis, "test")
    await untold.add("batch")
    first = await untold.first()
    assert first is not None
    await untold.add("batch", after=1.0)
    await untold.told(*first)
    again = await untold.first()
    assert again is not None
    assert again > first
    await untold.told(*again)
    assert await untold.first() is None
