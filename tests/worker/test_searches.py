"""A search from the queue and back: the real worker's quick lane, the real child, the stand-in."""

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.failures import Reason
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.queue.searches import ask_search, hits
from jobs.settings import Settings
from jobs.youtube import Hits, search_id
from tests.peers.searches import Result, Search, SearchTrouble
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.conftest import shared_site, site
from tests.worker.track_fixture import work_off
from worker.searches import take_search

__all__ = ["shared_site", "site"]

WORDS = "elis tom águas de março"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path)


async def test_hits_come_back_and_are_not_asked_for_twice(
    site: YouTubeStandIn,
    queue: JobQueue,
    settings: Settings,
    valkey_server: SecretStr,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "arq.worker")  # as the worker sets it
    site.add_search(Search(WORDS, (Result("elistomjobA", "Elis & Tom - Águas de Março", "Elis Regina", 214),)))
    await ask_search(queue, WORDS, "telegram:1")
    await ask_search(queue, WORDS.upper(), "telegram:2")
    await work_off(settings, valkey_server)
    found = await hits(queue, WORDS)
    assert found is not None
    assert [(hit.video_id, hit.channel, hit.called.seconds) for hit in found.hits] == [
        ("elistomjobA", "Elis Regina", 214)
    ]
    asked = len(site.requests)
    assert not await ask_search(queue, WORDS, "telegram:3")
    await work_off(settings, valkey_server)
    assert len(site.requests) == asked
    assert "março" not in caplog.text, "what people search for is in no log"
    kept = [key.decode() for key in await answer(queue.redis.keys("*"))]
    assert not any("março" in key or "elis" in key for key in kept)


async def test_a_failed_search_comes_back_too_and_may_be_tried_again(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, valkey_server: SecretStr
) -> None:
    site.add_search(Search("wave", trouble=SearchTrouble.FORBIDDEN))
    await ask_search(queue, "wave")
    await work_off(settings, valkey_server)
    found = await hits(queue, "wave")
    assert found is not None
    assert found.failure is not None
    assert found.failure.reason is Reason.YOUTUBE_REFUSED
    site.add_search(Search("wave"))
    assert await ask_search(queue, "wave", anew=True)
    await work_off(settings, valkey_server)
    assert await hits(queue, "wave") == Hits(id=search_id("wave"))


async def test_a_child_cannot_answer_for_another_search(
    queue: JobQueue, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answered(*_: object, **__: object) -> Hits:
        return Hits(id=search_id("something else"))

    monkeypatch.setattr("worker.asking.run_child", answered)
    await take_search(queue.redis, settings, "wave")
    assert await hits(queue, "something else") is None
    assert await hits(queue, "wave") is not None


async def test_words_of_a_bot_with_other_limits_fail_with_a_reason(queue: JobQueue, settings: Settings) -> None:
    words = "wave " * 100
    await take_search(queue.redis, settings, words)
    found = await hits(queue, words)
    assert found is not None
    assert found.failure is not None
    assert (found.failure.reason, "wave" in found.failure.detail) == (Reason.INTERNAL, False)
