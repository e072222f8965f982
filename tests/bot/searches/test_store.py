"""Searches in Redis, while rounds read them."""

import asyncio

from bot.searches.search import Search, id_of
from bot.searches.store import SearchStore
from jobs.queue.requests import JobQueue


def search(number: int) -> Search:
    words = f"song {number}"
    return Search(
        id=id_of("web:1", str(number), words),
        platform="web",
        chat="web:1",
        asker="web:1",
        address="",
        language="en",
        words=words,
        created_at=number,
        asked_at=number,
    )


async def test_a_search_is_not_let_go_while_it_is_added(queue: JobQueue) -> None:
    store, added = SearchStore(queue, "web"), asyncio.Event()

    async def rounds() -> None:
        while not added.is_set():
            await store.attended()

    reading = [asyncio.create_task(rounds()) for _ in range(3)]
    for number in range(100):
        await store.add(search(number))
    added.set()
    await asyncio.gather(*reading)
    assert len(await store.attended()) == 100
