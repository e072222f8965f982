"""At Discord's own pace: five posts and five edits within five seconds and a channel."""

from bot.discord.poster import PACE
from tests.bot.discord import discord_fixture
from tests.bot.discord.discord_fixture import OTHER, PAIR, SONG, Rig, files
from tests.peers.discord import Pace


async def test_nothing_is_refused_for_being_too_fast(rig: Rig) -> None:
    rig.server.pace = Pace(5, 5.0)
    channel, ana, bo = rig.band()
    async with rig.bot():
        for person, link in ((ana, SONG), (bo, OTHER), (ana, "https://youtu.be/9bZkp7q19f0")):
            await rig.stems(channel, person, link)
        for _ in range(3):
            await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR * 3
    assert [one.call for one in rig.server.requests if one.status == 429] == []
    assert discord_fixture.PACE < PACE, "and the bot's own pace is slower than the tests'"
