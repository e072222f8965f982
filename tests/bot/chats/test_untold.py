"""Batches whose message is outdated."""

from bot.chats.untold import UntoldBatches
from jobs.queue.requests import JobQueue


async def test_a_batch_changed_during_its_message_stays_due(queue: JobQueue) -> None:
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
