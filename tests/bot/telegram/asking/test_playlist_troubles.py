"""Playlists that cannot be listed, shown or attended to."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from bot.playlists.run import PlaylistStep, Run
from jobs.failures import Failure, Reason
from jobs.models import Order
from jobs.queue.connection import answer
from jobs.queue.listings import keep_listing
from tests.bot.telegram.chat_fixture import Rig, cards, files
from tests.bot.telegram.setlists import LINK, LIST, THREE, listing, offered
from tests.peers.botapi import BotApi
from tests.peers.botapi.editing import edit_message_text
from tests.peers.botapi.files import Params
from tests.peers.botapi.methods import METHODS
from tests.peers.botapi.world import bad


@pytest.mark.parametrize("step", [PlaylistStep.LISTING, PlaylistStep.STOPPED])
async def test_a_broken_playlist_does_not_delay_others(rig: Rig, step: PlaylistStep) -> None:
    """Its stored address is invalid."""
    ana = rig.ana()
    lost = Run(
        id="0" * 16, platform="telegram", chat="telegram:1", asker="telegram:1", address="nowhere", language="en",
        playlist_id=LIST, order=Order(), created_at=1.0, step=step,
    )  # fmt: skip
    await answer(rig.queue.redis.hset("flbt:playlists:telegram", lost.id, lost.model_dump_json()))
    await keep_listing(rig.queue.redis, THREE)
    async with rig.bot():
        await ana.say(LINK)
        await ana.until(offered)
        async with asyncio.timeout(120):
            while await answer(rig.queue.redis.hexists("flbt:playlists:telegram", lost.id)):
                await asyncio.sleep(0.02)
    assert await answer(rig.queue.redis.hlen("flbt:playlists:telegram")) == 1


async def test_what_cannot_be_listed_is_said(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await keep_listing(rig.queue.redis, listing(failure=Failure(reason=Reason.PRIVATE)))
        await ana.say(LINK)
        await ana.until(lambda message: "I can’t see that playlist" in message.text)
        await keep_listing(rig.queue.redis, listing(failure=Failure(reason=Reason.YOUTUBE_REFUSED)))
        await ana.say(LINK)
        await ana.until(lambda message: "YouTube won’t let me" in message.text)
        await keep_listing(rig.queue.redis, listing(("Hidden", None, Reason.PRIVATE)))
        await ana.say(LINK)
        await ana.until(lambda message: "There is no song in it that I can take" in message.text)
        async with asyncio.timeout(120):
            while await answer(rig.queue.redis.hlen("flbt:playlists:telegram")) > 0:
                await asyncio.sleep(0.02)
    assert sum(message.reply_to is not None for message in ana.from_bot()) == 3, "one message for each"


async def test_a_card_that_telegram_refuses_or_somebody_deletes_holds_up_no_song(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.expected += ["MESSAGE_EMPTY", "message to edit not found"]
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    await keep_listing(rig.queue.redis, listing(("One", 200.0, None), ("Two", 100.0, None)))

    def refusing(server: BotApi, params: Params) -> Any:
        if params.number("chat_id") == ana.id and "Setlist" in params.text("text"):
            raise bad("MESSAGE_EMPTY")
        return edit_message_text(server, params)

    async with rig.bot():
        for chat in (ana, bo):
            await chat.say(LINK)
            await (await chat.press(await chat.until(offered), "Start")).answer()
            monkeypatch.setitem(METHODS, "editmessagetext", refusing)
        await bo.until(lambda message: "Song 1 of 2" in message.text)
        bo.delete(cards(bo)[0])
        async with asyncio.timeout(120):
            while len(files(ana)) + len(files(bo)) < 8:
                if await rig.queue.size() > 0:  # one may come late for what the other waits for, and ask anew
                    with suppress(AssertionError):
                        await rig.worker.finish(await rig.worker.take(0.2))
                await asyncio.sleep(0.02)
        await rig.settled()
        async with asyncio.timeout(120):
            while await answer(rig.queue.redis.hlen("flbt:playlists:telegram")) > 0:
                await asyncio.sleep(0.02)
        again = len(rig.server.calls("editMessageText"))
        await asyncio.sleep(0.5)
        assert len(rig.server.calls("editMessageText")) == again, "nothing is tried for ever"
