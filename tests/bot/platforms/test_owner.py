"""The owner of a bot is told of a cause that makes songs fail, on every platform."""

from pathlib import Path

import pytest

from jobs.failures import Reason
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import PLATFORMS, meeting
from tests.bot.telegram.chat_fixture import OTHER, SONG


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_owner_is_told_once_of_a_cause(
    platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana", "Bo") as (ana, bo):
        await ana.own()
        for link, reason in (
            (SONG, Reason.MODEL_UNAVAILABLE),
            (SONG, Reason.MODEL_UNAVAILABLE),
            (OTHER, Reason.NO_DISK),
        ):
            await bo.say(link)
            await bo.worker.fail(await bo.worker.take(), reason)
            await bo.settled()
        await ana.until(lambda message: message.text.startswith("The disk is full, so songs fail."))
        assert sum("I can’t fetch the weights of a model" in text for text in ana.texts()) == 1
        assert not any("I tell you this once" in text for text in bo.texts())
