"""A person without access writes to a closed bot, on Telegram and on Discord; its owner answers by a tap."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts import say
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import PLATFORMS, Talk, meeting
from tests.bot.telegram.chat_fixture import OTHER, SONG

ASKED = say("en", "stranger-asked")


@pytest.fixture(params=PLATFORMS)
async def two(
    request: pytest.FixtureRequest, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> AsyncIterator[tuple[Talk, Talk]]:
    """The owner, and a stranger."""
    async with meeting(request.param, queue, store, tmp_path, "Ana", "Bo", access="closed") as (ana, bo):
        await ana.own()
        yield ana, bo


async def test_one_tap_lets_a_person_in_and_takes_up_what_they_sent(two: tuple[Talk, Talk]) -> None:
    ana, bo = two
    await bo.say(SONG)
    await bo.until(lambda message: message.text == ASKED)
    question = await ana.until(lambda message: "would like to use me" in message.text)
    assert question.text.startswith("Bo ")
    await bo.say(f"and this one: {OTHER}")
    assert "can use me now." in await ana.press(question, "Let in")
    await bo.until(lambda message: message.text == say("en", "access-given-taken"))
    for _ in range(2):
        await bo.worker.finish(await bo.worker.take())
    await bo.settled()
    assert len(bo.files()) == 4
    await ana.until(lambda message: message.id == question.id and "can use me now." in message.text)
    listed = await ana.command("who")
    assert "Bo" in listed
    assert any(word.isdigit() for word in listed.split()), "names with numbers"


async def test_a_refused_person_is_not_told_and_the_owner_not_asked_again(two: tuple[Talk, Talk]) -> None:
    ana, bo = two
    await bo.say(SONG)
    question = await ana.until(lambda message: "would like to use me" in message.text)
    assert "stays out" in await ana.press(question, "No")
    await bo.say(SONG)
    await bo.say("/start")
    await ana.until(lambda message: message.id == question.id and "stays out" in message.text)
    other = await ana.command("who")
    assert "Nobody but you" in other
    assert bo.texts() == [ASKED]
    assert sum("would like to use me" in text or "stays out" in text for text in ana.texts()) == 1
    assert await bo.worker.queue.size() == 0
